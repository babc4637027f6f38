/* CTRF JSON (Common Test Report Format). Entry point: format_ctrf(). */
#include "formats.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum status { PASSED, NOT_PASSED, SKIPPED, PENDING, OTHER, STATUSES };
static const char *const status_names[STATUSES] = {"passed", "failed", "skipped", "pending", "other"};

static enum status status_of(const struct result_row *row)
{
    if (result_row_is_bad(row))
        return NOT_PASSED;
    switch (row->outcome) {
    case OUTCOME_PASS:
        return PASSED;
    case OUTCOME_SKIP:
    case OUTCOME_NOT_IMPLEMENTED:
        return SKIPPED;
    case OUTCOME_NOT_RUN:
        return PENDING;
    default:
        return OTHER; /* recorded, drift, bad as expected */
    }
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text && *text)
        cJSON_AddStringToObject(object, name, text);
}

static cJSON *test_of(const struct result_row *row)
{
    char source[400];
    cJSON *test = cJSON_CreateObject(), *extra;
    cJSON_AddStringToObject(test, "name", row->id);
    cJSON_AddStringToObject(test, "status", status_names[status_of(row)]);
    cJSON_AddNumberToObject(test, "duration", (double)(long)(row->milliseconds + 0.5)); /* whole milliseconds */
    if (row->function) {
        cJSON *suite = cJSON_AddArrayToObject(test, "suite");
        cJSON_AddItemToArray(suite, cJSON_CreateString(row->function));
    }
    add_text(test, "message", row->message);
    add_text(test, "rawStatus", outcome_names[row->outcome]);
    if (row->outcome == OUTCOME_FLAKY)
        cJSON_AddBoolToObject(test, "flaky", true);
    format_source(row, source, sizeof source);
    extra = cJSON_AddObjectToObject(test, "extra");
    add_text(extra, "source", source);
    add_text(extra, "strength", row->strength);
    add_text(extra, "return", row->returned);
    add_text(extra, "result", row->result);
    cJSON_AddNumberToObject(extra, "milliseconds", row->milliseconds);
    return test;
}

/* The start of the run in milliseconds since 1970. */
static double start_of(const struct result *result)
{
    int year, month, day, hour, minute, second;
    if (sscanf(result->started, "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6)
        return 0;
    int a = (14 - month) / 12, y = year + 4800 - a, m = month + 12 * a - 3; /* Julian day number */
    long days = day + (153 * m + 2) / 5 + 365L * y + y / 4 - y / 100 + y / 400 - 32045 - 2440588;
    return ((double)days * 86400 + hour * 3600 + minute * 60 + second) * 1000;
}

char *format_ctrf(const struct result *result)
{
    unsigned counts[STATUSES] = {0};
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(result->root, "seconds");
    double start = start_of(result);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "reportFormat", "CTRF");
    cJSON_AddStringToObject(root, "specVersion", "0.0.0");
    cJSON *results = cJSON_AddObjectToObject(root, "results"), *tool = cJSON_AddObjectToObject(results, "tool");
    cJSON_AddStringToObject(tool, "name", "hcs-conformance");
    cJSON *summary = cJSON_AddObjectToObject(results, "summary"), *tests = cJSON_AddArrayToObject(results, "tests");
    for (unsigned i = 0; i < result->count; i++) {
        counts[status_of(&result->rows[i])]++;
        cJSON_AddItemToArray(tests, test_of(&result->rows[i]));
    }
    cJSON_AddNumberToObject(summary, "tests", result->count);
    for (int i = 0; i < STATUSES; i++)
        cJSON_AddNumberToObject(summary, status_names[i], counts[i]);
    cJSON_AddNumberToObject(summary, "start", start);
    cJSON_AddNumberToObject(
        summary, "stop", start + (cJSON_IsNumber(seconds) ? (double)(long)(seconds->valuedouble * 1000) : 0));
    cJSON *environment = cJSON_AddObjectToObject(results, "environment");
    char about[300];
    result_describe(result, about, sizeof about);
    cJSON_AddStringToObject(environment, "testEnvironment", about);
    cJSON_AddItemToObject(
        environment, "extra", cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(result->root, "environment"), 1));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}
