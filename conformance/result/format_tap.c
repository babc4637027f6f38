/* TAP version 14. Entry point: format_tap(). */
#include "formats.h"
#include "document/document.h"
#include <stdio.h>
#include <string.h>

/* Writes a description: # and \ are escaped, control characters become blanks. */
static void put_description(struct text *text, const char *value)
{
    for (const char *p = value; *p; p++) {
        if (*p == '#' || *p == '\\')
            text_puts(text, "\\");
        text_put(text, (unsigned char)*p < 0x20 ? " " : p, 1);
    }
}

/* Writes a YAML scalar in double quotes; JSON's quoting is valid YAML. */
static void put_scalar(struct text *text, const char *name, const char *value)
{
    cJSON *string = value && *value ? cJSON_CreateString(value) : NULL;
    char *quoted = string ? cJSON_PrintUnformatted(string) : NULL;
    if (quoted)
        text_printf(text, "    %s: %s\n", name, quoted);
    cJSON_free(quoted);
    cJSON_Delete(string);
}

static void put_details(struct text *text, const struct result_row *row)
{
    char source[400];
    format_source(row, source, sizeof source);
    text_puts(text, "  ---\n");
    put_scalar(text, "message", row->message);
    put_scalar(text, "outcome", outcome_names[row->outcome]);
    put_scalar(text, "return", row->returned);
    put_scalar(text, "result", row->result);
    put_scalar(text, "source", source);
    text_printf(text, "    duration_ms: %.3f\n  ...\n", row->milliseconds);
}

/* Rows without a verdict get SKIP; rows that are bad as expected get TODO. */
static void put_directive(struct text *text, const struct result_row *row)
{
    bool skipped = row->outcome == OUTCOME_SKIP || row->outcome == OUTCOME_NOT_RUN ||
                   row->outcome == OUTCOME_NOT_IMPLEMENTED || row->outcome == OUTCOME_DRIFT;
    const cJSON *expectation = cJSON_GetObjectItemCaseSensitive(row->json, "expectation");
    const char *reason = document_text(expectation, "reason");
    if (outcome_is_bad(row->outcome) && row->expected) {
        text_puts(text, " # TODO ");
        put_description(text, reason ? reason : "expected");
    } else if (skipped) {
        text_puts(text, " # SKIP ");
        put_description(text, row->message && *row->message ? row->message : outcome_names[row->outcome]);
    }
}

char *format_tap(const struct result *result)
{
    struct text text = {.limit = FORMAT_BYTES};
    char about[300];
    result_describe(result, about, sizeof about);
    text_printf(&text, "TAP version 14\n1..%u\n# %s\n", result->count, about);
    for (unsigned i = 0; i < result->count; i++) {
        const struct result_row *row = &result->rows[i];
        bool not_ok = result_row_is_bad(row) || (outcome_is_bad(row->outcome) && row->expected);
        text_printf(&text, "%s %u - ", not_ok ? "not ok" : "ok", i + 1);
        put_description(&text, row->id);
        put_directive(&text, row);
        text_puts(&text, "\n");
        if (not_ok)
            put_details(&text, row);
    }
    return text_finish(&text);
}
