/* Wraps sites. Entry point: wrap_source(). */
#include "wrap.h"
#include "base/allocate.h"
#include "base/text/text.h"
#include <stdlib.h>

enum { SOURCE_LIMIT = 16 << 20 };

static void open_site(struct text *text, const struct site *site, unsigned number)
{
    switch (site->kind) {
    case SITE_NEGATE:
        text_printf(text, "(mutant_is(%u) ^ !!(", number);
        break;
    case SITE_DROP:
        text_printf(text, "(mutant_is(%u) ? (void)0 : (void)(", number);
        break;
    case SITE_HRESULT: /* E_UNEXPECTED, which the library never returns */
        text_printf(text, "(mutant_is(%u) ? E_UNEXPECTED : (", number);
        break;
    default:
        text_puts(text, "((");
    }
}

static void close_site(struct text *text, const struct site *site, unsigned number)
{
    if (site->kind == SITE_OFF)
        text_printf(text, ") + mutant_is(%u))", number);
    else
        text_puts(text, "))");
}

/* Sites are disjoint or nested; an outer site comes before those inside it in the list. */
char *wrap_source(const char *source, const struct sites *sites, unsigned first)
{
    struct text text = {.limit = SOURCE_LIMIT};
    text_puts(&text, "#include \"mutant.h\"\n#line 1\n");
    for (size_t at = 0;; at++) {
        for (unsigned i = sites->count; i-- > 0;)
            if (sites->list[i].end == at)
                close_site(&text, &sites->list[i], first + i);
        for (unsigned i = 0; i < sites->count; i++)
            if (sites->list[i].begin == at)
                open_site(&text, &sites->list[i], first + i);
        if (!source[at])
            break;
        text_putc(&text, source[at]);
    }
    char *wrapped = text_finish(&text);
    if (!wrapped)
        out_of_memory();
    return wrapped;
}
