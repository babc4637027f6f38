/* Verdicts on disk. Entry points: verdicts_open(), verdicts_add(). */
#include "verdicts.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/text/text.h"
#include <stdlib.h>
#include <string.h>

enum { VERDICTS_LIMIT = 16 << 20 };

/* The row comes first; if it is new, the oldest one goes. */
static void note_row(struct verdicts *verdicts, const char *row)
{
    unsigned at = 0;
    while (at < verdicts->count && strcmp(verdicts->rows[at], row) != 0)
        at++;
    if (at == LATELY)
        at--;
    else if (at == verdicts->count)
        verdicts->count++;
    memmove(verdicts->rows[1], verdicts->rows[0], at * sizeof *verdicts->rows);
    snprintf(verdicts->rows[0], ROW_BYTES, "%s", row);
}

/* A line that was cut off is left out: its mutant is run again. */
static void take_line(struct verdicts *verdicts, const char *line, struct table *table)
{
    unsigned number, verdict, unreached;
    char row[ROW_BYTES];
    if (sscanf(line, "%u %u %u %255s", &number, &verdict, &unreached, row) != 4 || !number || number > table->count)
        return;
    struct mutant *mutant = &table->list[number - 1];
    mutant->verdict = (enum mutant_verdict)verdict;
    mutant->unreached = unreached;
    if (strcmp(row, "-") != 0)
        note_row(verdicts, row);
}

static bool say(const char *path, const char *error)
{
    if (error)
        fprintf(stderr, "hcs-mutate: %s: %s\n", path, error);
    return !error;
}

bool verdicts_open(struct verdicts *verdicts, const char *path, struct table *table)
{
    size_t length = 0;
    *verdicts = (struct verdicts){.path = path};
    if (!path)
        return true;
    char *text = file_read(path, VERDICTS_LIMIT, &length);
    if (!text)
        memory_check(); /* otherwise there is none yet */
    for (char *line = text, *end; line && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = 0;
        take_line(verdicts, line, table);
    }
    bool whole = !length || (text && text[length - 1] == 0);
    bool opened = say(path, file_lines(path, text != NULL, &verdicts->file));
    free(text);
    /* An interrupted line ends here. */
    return opened && (whole || say(path, file_line(verdicts->file, "", 0)));
}

bool verdicts_add(struct verdicts *verdicts, const struct mutant *mutant, const char *row)
{
    char line[ROW_BYTES + 64];
    if (*row)
        note_row(verdicts, row);
    int length = snprintf(
        line, sizeof line, "%u %d %d %s", mutant->number, mutant->verdict, mutant->unreached, *row ? row : "-");
    return !verdicts->file || say(verdicts->path, file_line(verdicts->file, line, (size_t)length));
}

void verdicts_rows(const struct verdicts *verdicts, struct text *ids)
{
    for (unsigned i = 0; i < verdicts->count; i++)
        text_printf(ids, "%s\n", verdicts->rows[i]);
}

void verdicts_close(struct verdicts *verdicts)
{
    if (verdicts->file)
        (void)say(verdicts->path, file_stream_end(verdicts->file));
    *verdicts = (struct verdicts){0};
}
