/* Gathers and checks the conformance rows. Entry point: rows_check(). */
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void rows_add(struct rows *rows, const struct fact_file *file, const cJSON *origin, cJSON *json)
{
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity ? rows->capacity * 2 : 512;
        rows->list = realloc(rows->list, rows->capacity * sizeof *rows->list);
        if (!rows->list)
            exit(1);
    }
    const cJSON *call = fact_get(json, "call");
    rows->list[rows->count++] =
        (struct row){file, origin, json, fact_text(json, "id"), call && call->child ? call->child->string : NULL};
}

/* Names that target.c of the suite resolves by itself. */
static bool is_builtin(const char *alias)
{
    return !strncmp(alias, "@id/", 4) || !strncmp(alias, "@pid/", 5) || !strcmp(alias, "@system/any");
}

bool rows_document_path(const struct facts *facts, const char *alias, char *path, size_t size)
{
    struct stat status;
    const char *folder = strncmp(alias, "@invalid/", 9) ? "valid/" : "";
    snprintf(path, size, "%s/fixtures/documents/%s%s.json", facts->root, folder, alias + 1);
    return stat(path, &status) == 0;
}

static bool code_known(const struct facts *facts, const char *name)
{
    if (!strncmp(name, "HRESULT_", 8))
        name += 8;
    return facts_hresult(facts, name, NULL) || !strcmp(name, "implemented") || !strcmp(name, "failure") ||
           !strcmp(name, "document-accepted");
}

static void check_codes(const struct facts *facts, const struct row *row, const cJSON *codes)
{
    const cJSON *code;
    if (cJSON_IsString(codes) && !code_known(facts, codes->valuestring))
        facts_error(row->file, row->origin, "row %s: unknown HRESULT '%s'", row->id, codes->valuestring);
    cJSON_ArrayForEach (code, codes)
        if (!cJSON_IsString(code) || !code_known(facts, code->valuestring))
            facts_error(row->file, row->origin, "row %s: unknown HRESULT", row->id);
}

static const char *const expectations[] = {"return", "result", "either", "strict", "value", "document", "operationType",
    "processInformation", "out", "system", "process", "exitCode", "events", "eventDocument", "noEvents", "completions",
    "stdout", "stderr", "error", "exit", "text"};

static void check_expect(const struct facts *facts, const struct row *row, const cJSON *expect)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, expect) {
        bool known = false;
        for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++)
            known |= !strcmp(item->string, expectations[i]);
        if (!known)
            facts_error(row->file, row->origin, "row %s: unknown expectation '%s'", row->id, item->string);
        if (!strcmp(item->string, "return") || !strcmp(item->string, "result") || !strcmp(item->string, "either") ||
            !strcmp(item->string, "strict"))
            check_codes(facts, row, item);
        if (!strcmp(item->string, "operationType") && !facts_enumerator(facts, item->valuestring, NULL))
            facts_error(row->file, row->origin, "row %s: unknown operation type '%s'", row->id, item->valuestring);
    }
}

static bool has_parameter(const cJSON *function, const char *name)
{
    return fact_find(fact_get(function, "parameters"), "name", name) != NULL;
}

static void check_call(const struct facts *facts, const struct row *row, const cJSON *call)
{
    const cJSON *function = facts_function(facts, call->string), *argument;
    char path[4096];
    if (!function) {
        facts_error(row->file, row->origin, "row %s: unknown function '%s'", row->id, call->string);
        return;
    }
    cJSON_ArrayForEach (argument, call) {
        if (argument->string[0] != '_' && !has_parameter(function, argument->string))
            facts_error(
                row->file, row->origin, "row %s: %s has no parameter '%s'", row->id, call->string, argument->string);
        const char *text = cJSON_GetStringValue(argument);
        if (text && text[0] == '@' && !is_builtin(text) && !rows_document_path(facts, text, path, sizeof path))
            facts_error(row->file, row->origin, "row %s: no document %s below fixtures/documents", row->id, text);
    }
}

static void check_step(const struct facts *facts, const struct row *row, const cJSON *step)
{
    const cJSON *item;
    if (cJSON_IsString(step))
        return; /* the suite refuses a step that it does not know */
    cJSON_ArrayForEach (item, step) {
        if (!strcmp(item->string, "expect"))
            check_expect(facts, row, item);
        else
            check_call(facts, row, item);
    }
}

static void check_row(const struct facts *facts, const struct row *row)
{
    static const char *const members[] = {"id", "strength", "source", "rule", "needs", "hazard", "validated", "arrange",
        "call", "expect", "then", "play"};
    const cJSON *item, *step;
    if (!row->id || !row->function) {
        facts_error(row->file, row->origin, "a row needs id and call");
        return;
    }
    cJSON_ArrayForEach (item, row->json) {
        bool known = false;
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            known |= !strcmp(item->string, members[i]);
        if (!known)
            facts_error(row->file, row->origin, "row %s: unknown member '%s'", row->id, item->string);
    }
    const cJSON *rule = fact_get(row->json, "rule");
    if (rule && (!cJSON_IsString(rule) || (!strchr(rule->valuestring, '.') && !facts_rule(facts, rule->valuestring))))
        facts_error(row->file, row->origin, "row %s: unknown rule '%s'", row->id,
            cJSON_IsString(rule) ? rule->valuestring : "");
    check_call(facts, row, fact_get(row->json, "call")->child);
    check_expect(facts, row, fact_get(row->json, "expect"));
    cJSON_ArrayForEach (step, fact_get(row->json, "arrange"))
        check_step(facts, row, step);
    cJSON_ArrayForEach (step, fact_get(row->json, "then"))
        check_step(facts, row, step);
}

static bool cites(const struct row *row, const cJSON *function, const char *section, int number)
{
    const cJSON *source = fact_get(row->json, "source");
    return source && fact_text(source, "page") && !strcmp(fact_text(source, "page"), fact_text(function, "page")) &&
           fact_text(source, "section") && !strcmp(fact_text(source, "section"), section) &&
           (int)fact_number(source, "row", 0) == number;
}

static bool untestable(const struct facts *facts, const cJSON *function, const char *section, int number)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(facts->untestable.root, "untestable"))
        if (!strcmp(fact_text(item, "page"), fact_text(function, "page")) &&
            !strcmp(fact_text(item, "section"), section) && (int)fact_number(item, "row", 0) == number)
            return fact_text(item, "reason") != NULL;
    return false;
}

static void check_covered(const struct facts *facts, const struct rows *rows, const struct fact_file *file)
{
    static const char *const sections[][2] = {
        {"returns", "Return Values"}, {"operationResults", "Operation Results"}, {"returnsInText", "Text"}};
    const cJSON *item;
    for (int i = 0; i < 3; i++)
        cJSON_ArrayForEach (item, fact_get(file->root, sections[i][0])) {
            bool covered = untestable(facts, file->root, sections[i][1], (int)fact_number(item, "row", 0));
            for (size_t j = 0; j < rows->count && !covered; j++)
                covered = cites(&rows->list[j], file->root, sections[i][1], (int)fact_number(item, "row", 0));
            if (!covered)
                facts_error(
                    file, item, "no row shows %s of %s", fact_text(item, "code"), fact_text(file->root, "name"));
        }
}

static int by_id(const void *a, const void *b)
{
    const struct row *one = a, *two = b;
    return strcmp(one->id ? one->id : "", two->id ? two->id : "");
}

void rows_check(const struct facts *facts, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        check_row(facts, &rows->list[i]);
    qsort(rows->list, rows->count, sizeof *rows->list, by_id);
    for (size_t i = 1; i < rows->count; i++)
        if (!by_id(&rows->list[i - 1], &rows->list[i]))
            facts_error(rows->list[i].file, rows->list[i].origin, "row %s stands twice", rows->list[i].id);
    if (cJSON_GetArraySize(fact_get(facts->untestable.root, "untestable")) > 3)
        facts_error(&facts->untestable, NULL, "at most three documented results may be untestable");
    for (size_t i = 0; i < facts->function_count; i++)
        if (facts_is_exported(facts->functions[i].root))
            check_covered(facts, rows, &facts->functions[i]);
}
