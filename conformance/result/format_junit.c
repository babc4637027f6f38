/* JUnit XML: a suite for each function, a case for each row. Entry point: format_junit(). */
#include "formats.h"
#include <stdlib.h>
#include <string.h>

/* Characters that XML 1.0 does not have become U+FFFD. */
static void put_escaped(struct text *text, const char *value)
{
    for (const char *p = value ? value : ""; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '&')
            text_add(text, "&amp;");
        else if (c == '<')
            text_add(text, "&lt;");
        else if (c == '>')
            text_add(text, "&gt;");
        else if (c == '"')
            text_add(text, "&quot;");
        else if (c == '\n' || c == '\t')
            text_add(text, "&#%u;", c);
        else if (c < 0x20)
            text_add(text, "\xEF\xBF\xBD");
        else
            text_put(text, p, 1);
    }
}

static void put_attribute(struct text *text, const char *name, const char *value)
{
    text_add(text, " %s=\"", name);
    put_escaped(text, value);
    text_add(text, "\"");
}

enum verdict { PASSED, FAILED_ROW, ERROR_ROW, SKIPPED };

/* As JUnit has them: a crash or a time-out is an error, what says nothing is skipped. */
static enum verdict verdict_of(const struct result_row *row)
{
    if (result_row_is_bad(row))
        return row->outcome == OUTCOME_CRASH || row->outcome == OUTCOME_TIMEOUT ? ERROR_ROW : FAILED_ROW;
    return row->outcome == OUTCOME_PASS || row->outcome == OUTCOME_RECORDED ? PASSED : SKIPPED;
}

static void put_case(struct text *text, const struct result_row *row)
{
    static const char *const elements[] = {NULL, "failure", "error", "skipped"};
    enum verdict verdict = verdict_of(row);
    char source[400];
    text_add(text, "    <testcase");
    put_attribute(text, "name", row->id);
    put_attribute(text, "classname", row->function ? row->function : "rows");
    text_add(text, " time=\"%.6f\"", row->milliseconds / 1000);
    if (!elements[verdict]) {
        text_add(text, "/>\n");
        return;
    }
    text_add(text, ">\n      <%s", elements[verdict]);
    put_attribute(text, "message", row->message && *row->message ? row->message : outcome_names[row->outcome]);
    if (verdict == SKIPPED) {
        text_add(text, "/>\n    </testcase>\n");
        return;
    }
    put_attribute(text, "type", outcome_names[row->outcome]);
    text_add(text, ">");
    format_source(row, source, sizeof source);
    put_escaped(text, source);
    text_add(text, "</%s>\n    </testcase>\n", elements[verdict]);
}

static int by_function(const void *a, const void *b)
{
    const struct result_row *first = *(const struct result_row *const *)a,
                            *second = *(const struct result_row *const *)b;
    int order = strcmp(first->function ? first->function : "", second->function ? second->function : "");
    return order ? order : strcmp(first->id, second->id);
}

static void put_suite(
    struct text *text, const struct result *result, const struct result_row *const *rows, unsigned count)
{
    unsigned verdicts[4] = {0};
    double seconds = 0;
    for (unsigned i = 0; i < count; i++) {
        verdicts[verdict_of(rows[i])]++;
        seconds += rows[i]->milliseconds / 1000;
    }
    text_add(text, "  <testsuite");
    put_attribute(text, "name", rows[0]->function ? rows[0]->function : "rows");
    put_attribute(text, "hostname", result_target_name(result));
    if (*result->started) {
        char started[32];
        snprintf(started, sizeof started, "%.19s", result->started);
        put_attribute(text, "timestamp", started);
    }
    text_add(text, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.6f\">\n", count,
        verdicts[FAILED_ROW], verdicts[ERROR_ROW], verdicts[SKIPPED], seconds);
    for (unsigned i = 0; i < count; i++)
        put_case(text, rows[i]);
    text_add(text, "  </testsuite>\n");
}

char *format_junit(const struct result *result)
{
    struct text text = {.bytes = NULL};
    const struct result_row **rows = malloc((result->count + 1) * sizeof *rows);
    if (!rows)
        return NULL;
    for (unsigned i = 0; i < result->count; i++)
        rows[i] = &result->rows[i];
    qsort(rows, result->count, sizeof *rows, by_function);
    text_add(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"hcs-conformance\">\n");
    for (unsigned i = 0, next; i < result->count; i = next) {
        for (next = i + 1; next < result->count && rows[next]->function && rows[i]->function &&
                           !strcmp(rows[next]->function, rows[i]->function);)
            next++;
        put_suite(&text, result, rows + i, next - i);
    }
    text_add(&text, "</testsuites>\n");
    free(rows);
    return text_finish(&text);
}
