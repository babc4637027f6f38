/* Gathers and checks the conformance rows. Entry point: rows_gather(). */
#include "rows.h"
#include "base/allocate.h"
#include "rows_words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void rows_add(struct rows *rows, const struct fact_file *file, const cJSON *origin, cJSON *json)
{
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity ? rows->capacity * 2 : 512;
        rows->list = reallocate(rows->list, rows->capacity * sizeof *rows->list);
    }
    const cJSON *call = fact_get(json, "call");
    rows->list[rows->count++] =
        (struct row){file, origin, json, fact_text(json, "id"), call && call->child ? call->child->string : NULL};
}

/* True for names that conformance/row/call.c replaces itself, so that they need no document. */
static bool is_builtin(const char *alias)
{
    return !strncmp(alias, "@id/", 4) || !strncmp(alias, "@pid/", 5) || !strncmp(alias, "@file/", 6) ||
           !strcmp(alias, "@system/any");
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

static const char *next_code(const void *facts, unsigned i)
{
    return fact_text(
        cJSON_GetArrayItem(fact_get(((const struct facts *)facts)->hresults.root, "hresults"), (int)i), "name");
}

static void check_code(const struct facts *facts, const struct row *row, const cJSON *code)
{
    const char *name = cJSON_GetStringValue(code);
    if (!name || !code_known(facts, name))
        words_unknown(row, code, "HRESULT", name ? name : "", next_code, facts);
}

static void check_codes(const struct facts *facts, const struct row *row, const cJSON *codes)
{
    const cJSON *code;
    if (!cJSON_IsArray(codes))
        check_code(facts, row, codes);
    cJSON_ArrayForEach (code, codes)
        check_code(facts, row, code);
}

static const char *next_of(const void *list, unsigned i)
{
    return ((const char *const *)list)[i];
}

static void check_member(const struct row *row, const cJSON *item, const char *what, const char *const *list)
{
    for (const char *const *known = list; *known; known++)
        if (!strcmp(item->string, *known))
            return;
    words_unknown(row, item, what, item->string, next_of, list);
}

static const char *const expectations[] = {"return", "result", "either", "strict", "value", "document", "operationType",
    "processInformation", "out", "system", "process", "exitCode", "events", "eventDocument", "noEvents", "completions",
    "stdout", "stderr", "error", "exit", "text", "listed", NULL};

static void check_expect(const struct facts *facts, const struct row *row, const cJSON *function, const cJSON *expect,
    struct row_names *names)
{
    const cJSON *item;
    if (!expect_check(row, function, expect))
        return;
    cJSON_ArrayForEach (item, expect) {
        check_member(row, item, "expectation", expectations);
        if (!strcmp(item->string, "return") || !strcmp(item->string, "result") || !strcmp(item->string, "either") ||
            !strcmp(item->string, "strict"))
            check_codes(facts, row, item);
        if (!strcmp(item->string, "operationType") && !facts_enumerator(facts, item->valuestring, NULL))
            words_error(row, item, "unknown operation type '%s'", item->valuestring);
    }
    words_check_expect(facts, row, expect, names);
}

static const char *next_function(const void *facts, unsigned i)
{
    const struct facts *all = facts;
    return i < all->function_count ? fact_text(all->functions[i].root, "name") : NULL;
}

static const char *next_parameter(const void *function, unsigned i)
{
    const cJSON *parameter = cJSON_GetArrayItem(fact_get(function, "parameters"), (int)i);
    return parameter ? fact_text(parameter, "name") : NULL;
}

static void check_call(const struct facts *facts, const struct row *row, const cJSON *call, struct row_names *names)
{
    const cJSON *function = facts_function(facts, call->string), *argument;
    char path[4096], what[128];
    if (!function) {
        words_unknown(row, call, "function", call->string, next_function, facts);
        return;
    }
    cJSON_ArrayForEach (argument, call) {
        snprintf(what, sizeof what, "parameter of %s", call->string);
        if (argument->string[0] != '_' && !fact_find(fact_get(function, "parameters"), "name", argument->string))
            words_unknown(row, argument, what, argument->string, next_parameter, function);
        const char *text = cJSON_GetStringValue(argument);
        if (text && text[0] == '@' && !is_builtin(text) && !rows_document_path(facts, text, path, sizeof path))
            words_error(row, argument, "no document %s below fixtures/documents", text);
    }
    words_check_arguments(row, call, names);
    words_take_out(function, call, names);
}

/* Checks one call of a row. Its expectations may refer to the handle that it returns. */
static void check_step(const struct facts *facts, const struct row *row, const cJSON *step, struct row_names *names)
{
    const cJSON *item;
    if (cJSON_IsString(step)) {
        words_check_step(facts, row, step, names);
        return;
    }
    names = words_names_of(step->child, names);
    cJSON_ArrayForEach (item, step)
        if (strcmp(item->string, "expect") != 0)
            check_call(facts, row, item, names);
    check_expect(facts, row, facts_function(facts, step->child->string), fact_get(step, "expect"), names);
}

static void check_row(const struct facts *facts, const struct row *row)
{
    static const char *const members[] = {"id", "strength", "source", "sentence", "rule", "needs", "hazard", "arrange",
        "call", "expect", "then", "play", NULL};
    static const char *const flags[] = {"hazard"};
    const cJSON *item, *step;
    struct row_names ids = {.count = 0}, other = {.ids = &ids}, names = {.other = &other, .ids = &ids};
    if (!row->id || !row->function) {
        facts_error(row->file, row->origin, "a row needs id and call");
        return;
    }
    cJSON_ArrayForEach (item, row->json)
        check_member(row, item, "member", members);
    const cJSON *rule = fact_get(row->json, "rule");
    if (rule && (!cJSON_IsString(rule) || (!strchr(rule->valuestring, '.') && !facts_rule(facts, rule->valuestring))))
        words_error(row, rule, "unknown rule '%s'", cJSON_IsString(rule) ? rule->valuestring : "");
    if (fact_strength(row->json) < 0)
        words_error(row, fact_get(row->json, "strength") ? fact_get(row->json, "strength") : row->json,
            "the strength must be documented, relied-on, observed or unspecified");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if ((item = fact_get(row->json, flags[i])))
            words_check_kind(row, item, cJSON_IsBool(item), "true or false");
    words_check_needs(row);
    words_check_machine(row);
    words_check_other(row);
    words_check_source(facts, row);
    rows_check_sentence(facts, row);
    cJSON_ArrayForEach (step, fact_get(row->json, "arrange"))
        check_step(facts, row, step, &names);
    check_call(facts, row, fact_get(row->json, "call")->child, &names);
    check_expect(facts, row, facts_function(facts, row->function), fact_get(row->json, "expect"), &names);
    cJSON_ArrayForEach (step, fact_get(row->json, "then"))
        check_step(facts, row, step, &names);
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
                    file, item, "no row tests %s of %s", fact_text(item, "code"), fact_text(file->root, "name"));
        }
}

static void add_page(cJSON *pages, const char *page)
{
    if (page && !fact_get(pages, page))
        cJSON_AddTrueToObject(pages, page);
}

/* Each page of the documentation has rows, which test its function or cite it by their rule, or stands in
   spec/untestable.json with a reason. */
static void check_pages(const struct facts *facts, const struct rows *rows)
{
    const cJSON *page, *rule, *group;
    cJSON *covered = cJSON_CreateObject(), *rules = cJSON_CreateObject();
    for (size_t i = 0; i < rows->count; i++) {
        add_page(covered, rows->list[i].function);
        add_page(rules, fact_text(rows->list[i].json, "rule"));
    }
    cJSON_ArrayForEach (rule, fact_get(facts->rules.root, "rules"))
        if (fact_text(rule, "id") && fact_get(rules, fact_text(rule, "id")))
            add_page(covered, fact_text(fact_get(rule, "sentence"), "page"));
    cJSON_ArrayForEach (group, fact_get(facts->untestable.root, "pages"))
        cJSON_ArrayForEach (page, fact_get(group, "pages")) {
            const char *name = cJSON_GetStringValue(page);
            if (!name || !fact_get(fact_get(facts->documentation.root, "texts"), name))
                facts_error(&facts->untestable, group, "the documentation has no page '%s'", name ? name : "");
        }
    cJSON_ArrayForEach (page, fact_get(facts->documentation.root, "texts")) {
        const cJSON *listed = NULL;
        cJSON_ArrayForEach (group, fact_get(facts->untestable.root, "pages"))
            if (fact_text(group, "reason") && fact_lists(fact_get(group, "pages"), page->string))
                listed = group;
        if (listed && fact_get(covered, page->string))
            facts_error(&facts->untestable, listed, "%s has rows", page->string);
        if (!listed && !fact_get(covered, page->string))
            facts_error(&facts->untestable, NULL, "%s has no rows, and no reason for it", page->string);
    }
    cJSON_Delete(covered);
    cJSON_Delete(rules);
}

static int by_id(const void *a, const void *b)
{
    const struct row *one = a, *two = b;
    return strcmp(one->id ? one->id : "", two->id ? two->id : "");
}

static void check(const struct facts *facts, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        check_row(facts, &rows->list[i]);
    qsort(rows->list, rows->count, sizeof *rows->list, by_id);
    for (size_t i = 1; i < rows->count; i++)
        if (!by_id(&rows->list[i - 1], &rows->list[i]))
            facts_error(rows->list[i].file, rows->list[i].origin, "row %s occurs twice", rows->list[i].id);
    if (cJSON_GetArraySize(fact_get(facts->untestable.root, "untestable")) > 3)
        facts_error(&facts->untestable, NULL, "at most three documented results may be untestable");
    check_pages(facts, rows);
    for (size_t i = 0; i < facts->function_count; i++)
        if (facts_is_exported(facts->functions[i].root))
            check_covered(facts, rows, &facts->functions[i]);
}

void rows_gather(const struct facts *facts, struct rows *rows)
{
    const cJSON *item;
    *rows = (struct rows){0};
    for (size_t i = 0; i < facts->row_count; i++)
        cJSON_ArrayForEach (item, fact_get(facts->rows[i].root, "rows"))
            rows_add(rows, &facts->rows[i], item, cJSON_Duplicate(item, 1));
    rows_from_matrices(facts, rows);
    rows_from_parameters(facts, rows);
    rows_from_schema(facts, rows);
    rows_from_faults(facts, rows);
    rows_from_schedules(facts, rows);
    check(facts, rows);
    rows_take_hosts(facts, rows);
}

char *rows_steps(const struct row *row)
{
    cJSON *steps = cJSON_CreateObject();
    static const char *const members[] = {"arrange", "call", "expect", "then", "play"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (fact_get(row->json, members[i]))
            cJSON_AddItemToObject(steps, members[i], cJSON_Duplicate(fact_get(row->json, members[i]), 1));
    char *text = cJSON_PrintUnformatted(steps);
    cJSON_Delete(steps);
    return text;
}

void rows_free(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        cJSON_Delete(rows->list[i].json);
    free(rows->list);
}
