/* Markdown, as CI systems show it in the summary of a job. Entry point: format_markdown(). */
#include "formats.h"
#include "base/text/shown.h"
#include <stdio.h>
#include <string.h>

enum { LISTED = 50 };

static void put_counts(struct text *text, const struct result *result)
{
    unsigned counts[OUTCOMES] = {0};
    for (unsigned i = 0; i < result->count; i++)
        counts[result->rows[i].outcome]++;
    text_puts(text, "| outcome | rows |\n| --- | ---: |\n");
    for (int i = 0; i < OUTCOMES; i++)
        if (counts[i])
            text_printf(text, "| %s | %u |\n", outcome_names[i], counts[i]);
}

static void put_bad(struct text *text, const struct result *result)
{
    unsigned bad = 0;
    char source[400];
    for (unsigned i = 0; i < result->count; i++) {
        const struct result_row *row = &result->rows[i];
        if (!result_row_is_bad(row) || ++bad > LISTED)
            continue;
        if (bad == 1)
            text_puts(text, "\n### Bad rows\n\n| row | outcome | what came | source |\n| --- | --- | --- | --- |\n");
        text_puts(text, "| ");
        text_put_cell(text, shown_lines(row->id));
        text_printf(text, " | %s | ", outcome_names[row->outcome]);
        text_put_cell(text, shown_lines(row->message));
        text_puts(text, " | ");
        format_source(row, source, sizeof source);
        text_put_cell(text, shown_lines(source));
        text_puts(text, " |\n");
    }
    if (bad > LISTED)
        text_printf(text, "\n%u more are in the result file.\n", bad - LISTED);
    if (!bad)
        text_puts(text, "\nNo row is bad.\n");
}

char *format_markdown(const struct result *result)
{
    struct text text = {.limit = FORMAT_BYTES};
    char about[300];
    result_describe(result, about, sizeof about);
    text_puts(&text, "## Conformance: ");
    text_put_cell(&text, shown_lines(about));
    text_puts(&text, "\n\n");
    put_counts(&text, result);
    put_bad(&text, result);
    text_printf(&text, "\nRows of revision `%s`%s.\n", shown(result->spec), result->interrupted ? ", interrupted" : "");
    return text_finish(&text);
}
