/* Sentences of the documentation. Entry point: sentence_text(). */
#include "sentence.h"
#include "base/text/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE_BYTES = 1 << 20 };

/* Adds the first sentence of a text that names the HRESULT at the end of the row's id. */
static void add_text(struct text *text, const struct page *page, const char *id)
{
    const char *dot = strrchr(id, '.'), *code = dot ? dot + 1 : id;
    for (size_t i = 0; i < page->block_count; i++)
        if (!page->blocks[i].code && strstr(page->blocks[i].text, code)) {
            text_printf(text, "%s:%d: %s", page->path, page->blocks[i].line, page->blocks[i].text);
            return;
        }
}

static bool has_digest(const char *plain, const char *wanted)
{
    char digest[20];
    snprintf(digest, sizeof digest, "%016" PRIx64, page_digest(plain));
    return !strcmp(digest, wanted);
}

/* Adds the text with that digest, if the page still has it. */
static void add_cited(struct text *text, const struct page *page, const char *wanted)
{
    for (size_t i = 0; i < page->text_count; i++)
        if (has_digest(page->texts[i].text, wanted)) {
            text_printf(text, "%s:%d: %s", page->path, page->texts[i].line, page->texts[i].text);
            return;
        }
    text_printf(text, "%s: reworded since the revision of spec", page->path);
}

char *sentence_text(const struct page_set *docs, const struct sentence_place *place)
{
    struct text text = {.limit = SENTENCE_BYTES};
    if (!place->page)
        return NULL;
    const struct page *page = pages_find(docs, place->page);
    const struct page_table *table = page && place->section ? page_table(page, place->section) : NULL;
    if (!page || (table && (place->row < 1 || (size_t)place->row > table->count))) {
        text_printf(&text, "%s: not in this checkout", place->page);
    } else if (table) {
        const struct page_row *cells = &table->rows[place->row - 1];
        const char *said = cells->count > 1 ? cells->cells[1] : "";
        text_printf(&text, "%s:%d: %s: %s%s", page->path, cells->line, cells->cells[0], said,
            place->digest && !has_digest(said, place->digest) ? " (reworded since the revision of spec)" : "");
    } else if (!place->section && place->digest) {
        add_cited(&text, page, place->digest);
    } else {
        add_text(&text, page, place->id);
    }
    return text_finish(&text);
}
