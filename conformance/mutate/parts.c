/* Parts of the suite. Entry points: parts_take(), parts_choose(). */
#include "parts.h"
#include "base/allocate.h"
#include <stdlib.h>
#include <string.h>

enum { IDS_LIMIT = 1 << 20 };

static void close_part(struct parts *parts, struct text *ids)
{
    char *finished = ids->length ? text_finish(ids) : NULL;
    if (finished) {
        parts->list = reallocate(parts->list, (parts->count + 1) * sizeof *parts->list);
        parts->list[parts->count++] = (struct part){finished, NULL};
    }
    *ids = (struct text){.limit = IDS_LIMIT};
}

/* A row's line begins with its id, which has a dot; the lines about all of them begin with other words. */
void parts_take(struct parts *parts, const char *printed)
{
    struct text ids = {.limit = IDS_LIMIT};
    unsigned rows = 0;
    for (const char *line = printed; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t length = strcspn(line, " \n");
        if (!memchr(line, '.', length))
            continue;
        text_printf(&ids, "%.*s\n", (int)length, line);
        if (++rows % PART_ROWS == 0)
            close_part(parts, &ids);
    }
    close_part(parts, &ids);
}

bool parts_choose(const struct parts *parts, unsigned number, struct text *ids)
{
    bool some = false;
    for (unsigned i = 0; i < parts->count; i++)
        if (parts->list[i].reached[number] == 1) {
            text_puts(ids, parts->list[i].ids);
            some = true;
        }
    return some;
}

void parts_free(struct parts *parts)
{
    for (unsigned i = 0; i < parts->count; i++) {
        free(parts->list[i].ids);
        free(parts->list[i].reached);
    }
    free(parts->list);
    *parts = (struct parts){0};
}
