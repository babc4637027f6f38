/* Checks the fact files, and that they agree, before anything is generated. Entry point: facts_check(). */
#include "check.h"
#include "effect.h"
#include "base/text/format.h"
#include <stdlib.h>
#include <string.h>

static void check_hresults(const struct facts *facts)
{
    const cJSON *item, *other;
    cJSON_ArrayForEach (item, fact_get(facts->hresults.root, "hresults")) {
        const char *name = fact_text(item, "name"), *value = fact_text(item, "value");
        if (!name || !value || !fact_text(item, "text") || !fact_text(item, "family")) {
            facts_error(&facts->hresults, item, "an HRESULT needs name, value, text and family");
            continue;
        }
        char *end;
        unsigned long long number = strtoull(value, &end, 16);
        if (*end || strncmp(value, "0x", 2) || number > 0xFFFFFFFFu)
            facts_error(&facts->hresults, fact_get(item, "value"), "'%s' is not 32 bits in hexadecimal", value);
        for (other = item->next; other; other = other->next) {
            const char *second = fact_text(other, "name"), *hex = fact_text(other, "value");
            if (second && !strcmp(second, name))
                facts_error(&facts->hresults, other, "%s occurs twice", name);
            if (hex && strtoull(hex, NULL, 16) == number)
                facts_error(&facts->hresults, other, "%s has the value of %s", second ? second : "?", name);
        }
    }
}

static void check_code(const struct facts *facts, const struct fact_file *file, const cJSON *node)
{
    const char *code = cJSON_GetStringValue(node);
    if (!code)
        facts_error(file, node, "an outcome must be the name of an HRESULT");
    else if (!facts_hresult(facts, code, NULL) && strcmp(code, "OTHER_FAILURE") && strcmp(code, "NULL") &&
             strcmp(code, "HCS_INVALID_OPERATION_ID"))
        facts_error(file, node, "unknown HRESULT '%s'", code);
}

static void check_results(const struct facts *facts, const struct fact_file *file, const char *member)
{
    const cJSON *item;
    int row = 0;
    cJSON_ArrayForEach (item, fact_get(file->root, member)) {
        if ((int)fact_number(item, "row", 0) != ++row)
            facts_error(file, item, "row %d of %s has the wrong number", row, member);
        if (!fact_text(item, "code"))
            facts_error(file, item, "a documented result needs a code");
        else
            check_code(facts, file, fact_get(item, "code"));
    }
}

/* What this library returns where the documentation is silent. */
static void check_choices(const struct facts *facts, const struct fact_file *file)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(file->root, "choices")) {
        check_code(facts, file, fact_get(item, "code"));
        if (!fact_text(item, "when"))
            facts_error(file, item, "a choice needs code and when");
    }
}

static void check_function(const struct facts *facts, const struct fact_file *file)
{
    const cJSON *root = file->root, *parameter;
    const char *name = fact_text(root, "name");
    const char *base = strrchr(file->path, '/') + 1;
    if (!name || strncmp(base, name, strlen(base) - 5) || strlen(name) != strlen(base) - 5) {
        facts_error(file, fact_get(root, "name"), "the function and its file have different names");
        return;
    }
    if (!fact_text(root, "summary") || !fact_text(root, "return") || !fact_text(root, "dll") ||
        !fact_text(root, "group"))
        facts_error(file, root, "a function needs summary, return, dll and group");
    if (fact_true(root, "documented") && !fact_text(root, "page"))
        facts_error(file, root, "a documented function needs its page");
    const cJSON *type = fact_get(root, "operationType");
    if (type && !facts_enumerator(facts, type->valuestring, NULL))
        facts_error(file, type, "unknown operation type '%s'", type->valuestring);
    cJSON_ArrayForEach (parameter, fact_get(root, "parameters")) {
        if (!fact_text(parameter, "name") || !fact_text(parameter, "type"))
            facts_error(file, parameter, "a parameter needs name and type");
        const cJSON *document = fact_get(parameter, "document");
        if (document && fact_true(root, "implemented") && !facts_schema_type(facts, document->valuestring))
            facts_error(file, document, "unknown document type '%s'", document->valuestring);
    }
    check_results(facts, file, "returns");
    check_results(facts, file, "operationResults");
    check_results(facts, file, "returnsInText");
    check_choices(facts, file);
}

void check_strength(const struct fact_file *file, const cJSON *item)
{
    if (fact_strength(item) < 0)
        facts_error(file, item, "the strength must be documented, relied-on, observed or unspecified");
}

static void check_states(const struct facts *facts, const struct fact_file *file)
{
    const cJSON *cell, *other, *outcome, *states = fact_get(file->root, "states");
    cJSON_ArrayForEach (cell, fact_get(file->root, "cells")) {
        const char *state = fact_text(cell, "state"), *call = fact_text(cell, "call");
        const char *variant = fact_text(cell, "variant");
        if (!fact_lists(states, state))
            facts_error(file, fact_get(cell, "state"), "unknown state '%s'", state ? state : "");
        if (!fact_lists(states, fact_text(cell, "next")))
            facts_error(file, fact_get(cell, "next"), "unknown next state");
        if (!call || !facts_function(facts, call)) {
            facts_error(file, cell, "unknown call '%s'", call ? call : "");
            continue;
        }
        check_strength(file, cell);
        bool chosen = false;
        const char *choice = fact_text(cell, "choice");
        cJSON_ArrayForEach (outcome, fact_get(cell, "outcomes")) {
            check_code(facts, file, outcome);
            chosen |= choice && outcome->valuestring && !strcmp(choice, outcome->valuestring);
        }
        if (cJSON_GetArraySize(fact_get(cell, "outcomes")) == 0)
            facts_error(file, cell, "a cell needs at least one outcome");
        if (cJSON_GetArraySize(fact_get(cell, "outcomes")) > 1 && !chosen)
            facts_error(file, cell, "the choice is not one of the outcomes");
        for (other = cell->next; other; other = other->next) {
            const char *again = fact_text(other, "variant");
            if (state && fact_text(other, "state") && !strcmp(fact_text(other, "state"), state) &&
                fact_text(other, "call") && !strcmp(fact_text(other, "call"), call) &&
                !strcmp(variant ? variant : "", again ? again : ""))
                facts_error(file, other, "the cell %s × %s occurs twice", state, call);
        }
    }
}

static void check_events(const struct facts *facts)
{
    const cJSON *event;
    cJSON_ArrayForEach (event, fact_get(facts->events.root, "events")) {
        const char *name = fact_text(event, "event"), *document = fact_text(event, "document");
        if (!name || !facts_enumerator(facts, name, NULL))
            facts_error(&facts->events, event, "unknown event '%s'", name ? name : "");
        if (document && !facts_schema_type(facts, document))
            facts_error(&facts->events, event, "unknown document type '%s'", document);
    }
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (word && *words && strcmp(word, *words) != 0)
        words++;
    return word && *words;
}

static void check_requests(const struct facts *facts)
{
    static const char *const about[] = {"service", "system", "process", "file", NULL};
    static const char *const attributes[] = {
        "makes", "lifecycle", "ends", "query", "signals", "information", "synchronous", NULL};
    const cJSON *request, *attribute;
    cJSON_ArrayForEach (request, fact_get(facts->requests.root, "requests")) {
        const char *name = fact_text(request, "request"), *function = fact_text(request, "function");
        if (!name || !function || !facts_function(facts, function))
            facts_error(&facts->requests, request, "unknown function '%s'", function ? function : "");
        if (!is_one_of(fact_text(request, "about"), about))
            facts_error(&facts->requests, request, "a request is about service, system, process or file");
        cJSON_ArrayForEach (attribute, fact_get(request, "attributes"))
            if (!is_one_of(cJSON_GetStringValue(attribute), attributes))
                facts_error(&facts->requests, request, "unknown attribute");
    }
}

static void check_effects(const struct facts *facts)
{
    const cJSON *effect, *type = facts_schema_type(facts, "ScenarioEffect");
    cJSON_ArrayForEach (effect, fact_get(type, "values"))
        if (!effect_is_of_calls(facts, fact_get(effect, "calls")))
            facts_error(facts_type_file(facts, type), effect,
                "the calls of an effect are any, asynchronous, of-a-system, system, process, signals or functions, not "
                "'%s'",
                fact_text(effect, "calls") ? fact_text(effect, "calls") : "");
}

static void check_failure(const struct facts *facts, const cJSON *failure)
{
    static const char *const data[] = {"name", "machine", "device", "path", "decimal", "code", "instance", NULL};
    const cJSON *item, *event, *codes = fact_get(failure, "codes");
    const char *attribution = fact_text(failure, "attribution");
    const cJSON *details =
        fact_get(fact_get(fact_get(facts->schema.root, "types"), "OperationFailureDetail"), "values");
    if (!fact_text(failure, "failure") || !fact_text(failure, "rule") || !codes)
        facts_error(&facts->failures, failure, "a failure needs failure, rule and codes");
    if (attribution && !fact_find(details, "name", attribution))
        facts_error(&facts->failures, failure, "'%s' is not a value of OperationFailureDetail", attribution);
    cJSON_ArrayForEach (item, codes) {
        const char *code = cJSON_GetStringValue(item);
        if (!code || (strcmp(code, "others") != 0 && strncmp(code, "0x", 2) != 0 &&
                         !fact_find(fact_get(facts->hresults.root, "hresults"), "name", code)))
            facts_error(&facts->failures, item, "unknown code '%s'", code ? code : "");
    }
    cJSON_ArrayForEach (event, fact_get(failure, "events")) {
        if (!fact_text(event, "provider") || !cJSON_IsNumber(fact_get(event, "id")) || !fact_text(event, "text"))
            facts_error(&facts->failures, event, "an event needs provider, id and text");
        cJSON_ArrayForEach (item, fact_get(event, "data"))
            if (!is_one_of(cJSON_GetStringValue(item), data))
                facts_error(&facts->failures, event, "unknown data");
    }
}

static void check_failures(const struct facts *facts)
{
    const cJSON *failure;
    cJSON_ArrayForEach (failure, fact_get(facts->failures.root, "failures"))
        check_failure(facts, failure);
}

static void check_rules(const struct facts *facts)
{
    const cJSON *rule, *other;
    cJSON_ArrayForEach (rule, fact_get(facts->rules.root, "rules")) {
        const char *id = fact_text(rule, "id");
        if (!id || !fact_text(rule, "statement") || !fact_text(rule, "confidence"))
            facts_error(&facts->rules, rule, "a rule needs id, statement and confidence");
        for (other = rule->next; id && other; other = other->next)
            if (fact_text(other, "id") && !strcmp(fact_text(other, "id"), id))
                facts_error(&facts->rules, other, "rule %s occurs twice", id);
    }
}

static bool is_digest(const char *text)
{
    enum { DIGITS = 16 };
    return text && strlen(text) == DIGITS && strspn(text, "0123456789abcdef") == DIGITS;
}

/* "19 5e568e0905f6189a" */
static bool is_place(const char *text)
{
    size_t digits = text ? strspn(text, "0123456789") : 0;
    return digits && text[digits] == ' ' && is_digest(text + digits + 1);
}

/* The record that hcs-spec drift --record writes. */
static void check_documentation(const struct facts *facts)
{
    const struct fact_file *file = &facts->documentation;
    const char *date = fact_text(file->root, "date");
    const cJSON *page, *item;
    if (!fact_text(file->root, "repository") || !fact_text(file->root, "revision") || !date || !format_is_date(date))
        facts_error(file, NULL, "the record needs repository, revision and date");
    cJSON_ArrayForEach (page, fact_get(file->root, "pages"))
        cJSON_ArrayForEach (item, page)
            if (!cJSON_IsNumber(cJSON_GetArrayItem(item, 0)) ||
                !is_digest(cJSON_GetStringValue(cJSON_GetArrayItem(item, 1))))
                facts_error(file, item, "'%s' needs the line and the digest of its sentence", item->string);
    cJSON_ArrayForEach (page, fact_get(file->root, "texts"))
        cJSON_ArrayForEach (item, page)
            if (!is_place(cJSON_GetStringValue(item)))
                facts_error(file, item, "a text of '%s' needs its line and digest", page->string);
}

void facts_check(const struct facts *facts)
{
    check_documentation(facts);
    check_hresults(facts);
    facts_check_schema(facts);
    check_events(facts);
    check_requests(facts);
    check_effects(facts);
    check_failures(facts);
    check_rules(facts);
    for (size_t i = 0; i < facts->function_count; i++)
        check_function(facts, &facts->functions[i]);
    for (size_t i = 0; i < facts->state_count; i++)
        check_states(facts, &facts->states[i]);
}
