/* JUnit XML: a suite for each function, a case for each row. Entry point: format_junit(). */
#include "formats.h"
#include "base/allocate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_attribute(struct text *text, const char *name, const char *value)
{
    text_printf(text, " %s=\"", name);
    text_put_xml_attribute(text, value ? value : "");
    text_putc(text, '"');
}

enum verdict { PASSED, FAILED_ROW, ERROR_ROW, SKIPPED };

/* The JUnit verdict: a crash or a time-out is an error; a row that is neither bad nor passed is skipped. */
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
    text_puts(text, "    <testcase");
    put_attribute(text, "name", row->id);
    put_attribute(text, "classname", row->function ? row->function : "rows");
    text_printf(text, " time=\"%.6f\"", row->milliseconds / 1000);
    if (!elements[verdict]) {
        text_puts(text, "/>\n");
        return;
    }
    text_printf(text, ">\n      <%s", elements[verdict]);
    put_attribute(text, "message", row->message && *row->message ? row->message : outcome_names[row->outcome]);
    if (verdict == SKIPPED) {
        text_puts(text, "/>\n    </testcase>\n");
        return;
    }
    put_attribute(text, "type", outcome_names[row->outcome]);
    text_puts(text, ">");
    format_source(row, source, sizeof source);
    text_put_xml(text, source);
    text_printf(text, "</%s>\n    </testcase>\n", elements[verdict]);
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
    text_puts(text, "  <testsuite");
    put_attribute(text, "name", rows[0]->function ? rows[0]->function : "rows");
    put_attribute(text, "hostname", result_target_name(result));
    if (*result->started) {
        char started[32];
        snprintf(started, sizeof started, "%.19s", result->started);
        put_attribute(text, "timestamp", started);
    }
    text_printf(text, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.6f\">\n", count,
        verdicts[FAILED_ROW], verdicts[ERROR_ROW], verdicts[SKIPPED], seconds);
    for (unsigned i = 0; i < count; i++)
        put_case(text, rows[i]);
    text_puts(text, "  </testsuite>\n");
}

char *format_junit(const struct result *result)
{
    struct text text = {.limit = FORMAT_BYTES};
    const struct result_row **rows = allocate((result->count + 1) * sizeof *rows);
    for (unsigned i = 0; i < result->count; i++)
        rows[i] = &result->rows[i];
    qsort(rows, result->count, sizeof *rows, by_function);
    text_puts(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"hcs-conformance\">\n");
    for (unsigned i = 0, next; i < result->count; i = next) {
        for (next = i + 1; next < result->count && rows[next]->function && rows[i]->function &&
                           !strcmp(rows[next]->function, rows[i]->function);)
            next++;
        put_suite(&text, result, rows + i, next - i);
    }
    text_puts(&text, "</testsuites>\n");
    free(rows);
    return text_finish(&text);
}
