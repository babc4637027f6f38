/* Result files. Entry points: result_read(), result_write(). */
#include "result.h"
#include "base/allocate.h"
#include "checksum.h"
#include "document/document.h"
#include "base/command/refuse.h"
#include "base/files/files.h"
#include "base/files/json_file.h"
#include "journal.h"
#include "shape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An expected outcome is never bad. With an expectation, any other outcome except skip and not-run is bad. */
bool result_row_is_bad(const struct result_row *row)
{
    bool other = cJSON_GetObjectItemCaseSensitive(row->json, "expectation") && !row->expected;
    return other ? row->outcome != OUTCOME_SKIP && row->outcome != OUTCOME_NOT_RUN
                 : outcome_is_bad(row->outcome) && !row->expected;
}

cJSON *result_counts(const cJSON *rows)
{
    unsigned counts[OUTCOMES + 1] = {0};
    const cJSON *row;
    cJSON *object = cJSON_CreateObject();
    cJSON_ArrayForEach (row, rows)
        counts[outcome_named(document_text(row, "outcome"))]++;
    for (int i = 0; i < OUTCOMES; i++)
        if (counts[i])
            cJSON_AddNumberToObject(object, outcome_names[i], counts[i]);
    return object;
}

bool text_write(const char *path, char *text)
{
    const char *why = file_write(path, text);
    if (why) {
        memory_check();
        fprintf(stderr, "%s: %s can't be written: %s\n", allocate_tool(), path, why);
    }
    free(text);
    return !why;
}

bool result_write(const cJSON *root, const char *path)
{
    return text_write(path, cJSON_Print(root));
}

/* --- read --- */

/* The schema has its limits. */
static unsigned number_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return value ? (unsigned)value->valuedouble : 0;
}

static bool take_row(const cJSON *json, struct result_row *row)
{
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(json, "milliseconds");
    *row = (struct result_row){.json = json,
        .id = document_text(json, "id"),
        .function = document_text(json, "function"),
        .strength = document_text(json, "strength"),
        .message = document_text(json, "message"),
        .returned = document_text(json, "return"),
        .result = document_text(json, "result"),
        .document = document_text(json, "document"),
        .rule = document_text(json, "rule"),
        .digest = document_text(json, "digest"),
        .outcome = outcome_named(document_text(json, "outcome")),
        .milliseconds = cJSON_IsNumber(time) ? time->valuedouble : 0,
        .expected = cJSON_IsTrue(
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(json, "expectation"), "met"))};
    return row->id && row->outcome != OUTCOMES;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct result_row *)a)->id, ((const struct result_row *)b)->id);
}

static bool take_rows(const cJSON *rows, struct result *result)
{
    const cJSON *json;
    result->rows = allocate_zeros((size_t)cJSON_GetArraySize(rows) + 1, sizeof *result->rows);
    cJSON_ArrayForEach (json, rows)
        if (!take_row(json, &result->rows[result->count++]))
            return file_refuse(result->path, "rows[%u] has no id, or no outcome that is known", result->count - 1);
    qsort(result->rows, result->count, sizeof *result->rows, by_id);
    for (unsigned i = 1; i < result->count; i++)
        if (!by_id(&result->rows[i - 1], &result->rows[i]))
            return file_refuse(result->path, "the row %.100s occurs twice", result->rows[i].id);
    return true;
}

static bool take_root(struct result *result)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(result->root, "version");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(result->root, "rows");
    const char *text;
    char what[320];
    if (!version || !rows || !cJSON_GetObjectItemCaseSensitive(result->root, "spec"))
        return file_refuse(result->path, "is no result of hcs-conformance run --json");
    if (!cJSON_IsNumber(version))
        return file_refuse(result->path, "version is no number");
    if (version->valuedouble > RESULT_VERSION)
        return file_refuse(result->path, "was written by a newer version (format %g); this one reads up to format %d",
            version->valuedouble, RESULT_VERSION);
    if (version->valuedouble < RESULT_VERSION_DIGEST)
        return file_refuse(
            result->path, "is of format %g, which is no longer read; run the suite again", version->valuedouble);
    if (!shape_fits(result->root, what, sizeof what))
        return file_refuse(result->path, "%s", what);
    if (!checksum_fits(result->root))
        return file_refuse(result->path, "was changed since it was written: its checksum does not fit");
    result->target = (text = document_text(result->root, "target")) ? text : "";
    result->spec = (text = document_text(result->root, "spec")) ? text : "";
    result->started = (text = document_text(result->root, "started")) ? text : "";
    result->build = number_of(result->root, "build");
    result->revision = number_of(result->root, "revision");
    result->interrupted = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result->root, "interrupted"));
    return take_rows(rows, result);
}

bool result_take(cJSON *root, const char *path, struct result *result)
{
    *result = (struct result){.path = path, .root = root};
    if (take_root(result))
        return true;
    result_free(result);
    return false;
}

bool result_parse(char *text, size_t length, const char *path, struct result *result)
{
    char wrong[JSON_FILE_WRONG];
    *result = (struct result){.path = path};
    if (journal_is_part(path))
        return journal_parse(text, length, path, result);
    cJSON *root = json_file_parse(text, length, wrong);
    return root ? result_take(root, path, result) : file_refuse(path, "%s", wrong);
}

bool result_read(const char *path, struct result *result)
{
    size_t length;
    char *text = file_read(path, RESULT_FILE_BYTES, &length);
    *result = (struct result){.path = path};
    if (!text) {
        memory_check();
        return file_refuse(path, "can't be read");
    }
    bool good = result_parse(text, length, path, result);
    free(text);
    return good;
}

void result_free(struct result *result)
{
    cJSON_Delete(result->root);
    free(result->rows);
    *result = (struct result){.path = NULL};
}

const struct result_row *result_find(const struct result *result, const char *id)
{
    struct result_row key = {.id = id};
    return result->count ? bsearch(&key, result->rows, result->count, sizeof *result->rows, by_id) : NULL;
}

const char *result_target_name(const struct result *result)
{
    const char *name = result->target;
    for (const char *p = name; *p; p++)
        if (*p == '/' || *p == '\\')
            name = p + 1;
    return *name ? name : "a library";
}

void result_describe(const struct result *result, char *text, size_t size)
{
    int used = snprintf(text, size, "%s", result_target_name(result));
    if (result->build && used >= 0 && (size_t)used < size)
        used += snprintf(text + used, size - (size_t)used, ", Windows %u", result->build);
    if (result->revision && used >= 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, ".%u", result->revision);
}
