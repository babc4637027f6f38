/* Checks the schema and what was decided about it. Entry point: facts_check_schema(). */
#include "check.h"
#include "effect.h"
#include "notation.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Checks that every identifier in the notation of a type, such as Map<string,NetworkAdapter>, is known. */
static void check_type(const struct facts *facts, const struct fact_file *file, const cJSON *node)
{
    const char *p = cJSON_GetStringValue(node);
    if (!p) {
        facts_error(file, node, "a type must be a string");
        return;
    }
    while (*p) {
        if (!isalpha((unsigned char)*p)) {
            p++;
            continue;
        }
        size_t length = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        char name[128];
        if (length >= sizeof name) {
            facts_error(file, node, "the type name is too long");
            return;
        }
        memcpy(name, p, length);
        name[length] = 0;
        if (strcmp(name, "array") && strcmp(name, "Map") && !notation_is_plain(name) && !facts_schema_type(facts, name))
            facts_error(file, node, "unknown type '%s'", name);
        p += length;
    }
}

static const cJSON *field_named(const cJSON *type, const char *name)
{
    return fact_find(fact_get(type, "fields"), "name", name);
}

static void check_condition(const struct facts *facts, const cJSON *type, const cJSON *condition, const char *member)
{
    const char *name = fact_text(condition, member);
    if (condition && !field_named(type, name))
        facts_error(facts_type_file(facts, type), condition, "'%s' has no field '%s'", type->string, name ? name : "");
}

static void check_variant(const struct facts *facts, const cJSON *type, const cJSON *field)
{
    const cJSON *variant = fact_get(field, "variant"), *item;
    const char *fixed = fact_text(variant, "type");
    if (!variant)
        return;
    if (fixed && !facts_schema_type(facts, fixed))
        facts_error(facts_type_file(facts, type), variant, "unknown type '%s'", fixed);
    if (!fixed)
        check_condition(facts, type, variant, "by");
    cJSON_ArrayForEach (item, fact_get(variant, "types"))
        if (!cJSON_IsString(item) || !facts_schema_type(facts, item->valuestring))
            facts_error(
                facts_type_file(facts, type), item, "unknown type '%s'", cJSON_IsString(item) ? item->valuestring : "");
}

static void check_range(const struct facts *facts, const cJSON *owner, const cJSON *field)
{
    const cJSON *range = fact_get(field, "range");
    const char *minimum, *maximum, *type = fact_text(field, "type");
    if (!range)
        return;
    if (cJSON_GetArraySize(range) != 2 || range->child->valuedouble > range->child->next->valuedouble)
        facts_error(facts_type_file(facts, owner), range, "a range is two numbers, the smaller one first");
    if (!type || !notation_range(type, &minimum, &maximum))
        facts_error(facts_type_file(facts, owner), range, "only integers have a range");
}

static void check_company(const struct facts *facts, const cJSON *owner, const cJSON *field)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, fact_get(field, "onlyWith"))
        if (!field_named(owner, condition->string) || !effect_is_plain(condition))
            facts_error(facts_type_file(facts, owner), field,
                "onlyWith has lists of values of other fields, or words for calls");
    const char *other = fact_text(field, "valuesWith");
    if (other && !field_named(owner, other))
        facts_error(facts_type_file(facts, owner), field, "'%s' has no field '%s'", owner->string, other);
}

static void check_order(const struct facts *facts, const cJSON *owner, const cJSON *field)
{
    const char *minimum, *maximum, *other = fact_text(fact_get(field, "notAbove"), "member");
    const char *type = fact_text(field, "type"),
               *other_type = other ? fact_text(field_named(owner, other), "type") : NULL;
    if (fact_get(field, "notAbove") &&
        (!type || !notation_range(type, &minimum, &maximum) || strcmp(minimum, "0") != 0 || !other_type ||
            !notation_range(other_type, &minimum, &maximum) || strcmp(minimum, "0") != 0))
        facts_error(facts_type_file(facts, owner), field, "only unsigned integers are compared, not '%s' and '%s'",
            fact_text(field, "name"), other ? other : "");
}

static void check_list(const struct facts *facts, const cJSON *owner, const cJSON *field)
{
    const char *minimum, *maximum;
    struct notation n = notation_of(fact_text(field, "type") ? fact_text(field, "type") : "");
    if (fact_get(field, "nonEmpty") && n.shape != NOTATION_ARRAY)
        facts_error(facts_type_file(facts, owner), field, "only a list can be nonEmpty");
    if (fact_get(field, "ordered") &&
        (n.shape != NOTATION_ARRAY || n.size != 2 || !notation_range(n.type, &minimum, &maximum)))
        facts_error(facts_type_file(facts, owner), field, "only two integers can be ordered");
}

/* Returns the entry of a type in the history, which has the old name of a renamed type. */
static const cJSON *history_of(const struct facts *facts, const char *type)
{
    const cJSON *types = fact_get(facts->history.root, "types"), *renamed, *name;
    cJSON_ArrayForEach (renamed, fact_get(facts->history.root, "renamed"))
        cJSON_ArrayForEach (name, renamed)
            if (!strcmp(name->valuestring, type))
                return fact_get(types, renamed->string);
    return fact_get(types, type);
}

static int minor_of_file(const struct facts *facts, const char *id)
{
    const cJSON *file = fact_find(fact_get(facts->history.root, "files"), "id", id);
    return file ? atoi(fact_text(file, "version") + 2) : 99;
}

/* Checks that "since" is the version of the first published file that has the member, if the reference names a later
   one. */
static void check_since(const struct facts *facts, const cJSON *type, const char *members, const cJSON *member)
{
    const cJSON *history = fact_get(fact_get(history_of(facts, type->string), members), fact_text(member, "name"));
    const char *version = fact_text(member, "version"), *since = fact_text(member, "since");
    if (!version || strncmp(version, "2.", 2)) {
        facts_error(
            &facts->schema, member, "'%s' of '%s' needs a version 2.N", fact_text(member, "name"), type->string);
        return;
    }
    int own = atoi(version + 2), first = minor_of_file(facts, fact_text(history, "first"));
    bool earlier = own > 1 && first < own;
    if (earlier != (since != NULL) || (since && atoi(since + 2) != first))
        facts_error(facts_type_file(facts, type), member,
            "'%s' of '%s' first occurs in the file of 2.%d, which 'since' must say", fact_text(member, "name"),
            type->string, first);
}

static void check_groups(const struct facts *facts, const cJSON *type, const char *kind)
{
    const cJSON *group, *member;
    cJSON_ArrayForEach (group, fact_get(type, kind))
        cJSON_ArrayForEach (member, fact_get(group, "members"))
            if (!field_named(type, cJSON_GetStringValue(member)))
                facts_error(facts_type_file(facts, type), member, "'%s' has no field '%s'", type->string,
                    cJSON_IsString(member) ? member->valuestring : "");
}

static void check_field(const struct facts *facts, const cJSON *type, const cJSON *field)
{
    if (!fact_text(field, "name")) {
        facts_error(facts_type_file(facts, type), field, "a field of '%s' has no name", type->string);
        return;
    }
    check_type(facts, facts_type_file(facts, type), fact_get(field, "type"));
    check_condition(facts, type, fact_get(field, "requiredWhen"), "member");
    check_condition(facts, type, fact_get(field, "readWhen"), "member");
    check_condition(facts, type, fact_get(field, "ignoredWhen"), "member");
    check_variant(facts, type, field);
    check_range(facts, type, field);
    check_list(facts, type, field);
    check_order(facts, type, field);
    check_company(facts, type, field);
    check_since(facts, type, "fields", field);
}

/* The conditions of the fields of a type, and of the values that go with another field. */
static void check_conditions(const struct facts *facts, const cJSON *type)
{
    const cJSON *field;
    int count = 0;
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const char *values = fact_text(field, "valuesWith") ? fact_text(field, "type") : NULL;
        count += cJSON_GetArraySize(fact_get(field, "onlyWith"));
        if (values)
            count += cJSON_GetArraySize(fact_get(facts_schema_type(facts, values), "values"));
    }
    if (count > TYPE_CONDITIONS)
        facts_error(
            facts_type_file(facts, type), type, "'%s' has more than %d conditions", type->string, TYPE_CONDITIONS);
}

static void check_types(const struct facts *facts)
{
    const cJSON *type, *item;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        const char *kind = fact_text(type, "kind");
        if (!kind || (strcmp(kind, "object") && strcmp(kind, "enum")))
            facts_error(facts_type_file(facts, type), type, "type '%s' is neither object nor enum", type->string);
        if (cJSON_GetArraySize(fact_get(type, "fields")) > 32)
            facts_error(
                facts_type_file(facts, type), type, "type '%s' has more fields than a bit mask can have", type->string);
        cJSON_ArrayForEach (item, fact_get(type, "fields"))
            check_field(facts, type, item);
        cJSON_ArrayForEach (item, fact_get(type, "values"))
            check_since(facts, type, "values", item);
        check_groups(facts, type, "exclusive");
        check_groups(facts, type, "needed");
        check_conditions(facts, type);
    }
}

/* Checks an entry of the names that production clients send although the reference lacks them. */
static void check_known(const struct facts *facts, const cJSON *entry)
{
    const cJSON *type = facts_schema_type(facts, entry->string), *name;
    const char *rule = fact_text(entry, "rule");
    if (!type)
        facts_error(&facts->field, entry, "unknown type '%s'", entry->string);
    if (!rule || !facts_rule(facts, rule))
        facts_error(&facts->field, entry, "unknown rule '%s'", rule ? rule : "");
    if (!cJSON_GetArraySize(fact_get(entry, "known")))
        facts_error(&facts->field, entry, "'%s' has no list 'known'", entry->string);
    cJSON_ArrayForEach (name, fact_get(entry, "known"))
        if (!cJSON_IsString(name))
            facts_error(&facts->field, name, "a name must be a string");
        else if (field_named(type, name->valuestring) || fact_find(fact_get(type, "values"), "name", name->valuestring))
            facts_error(&facts->field, name, "'%s' has '%s' already", entry->string, name->valuestring);
}

static void check_field_knowledge(const struct facts *facts)
{
    const cJSON *entry;
    cJSON_ArrayForEach (entry, fact_get(facts->field.root, "types"))
        check_known(facts, entry);
}

/* Checks that a type is described completely or not at all. */
static void check_descriptions(const struct facts *facts)
{
    const cJSON *entry, *text, *field;
    cJSON_ArrayForEach (entry, fact_get(facts->descriptions.root, "types")) {
        const cJSON *type = facts_schema_type(facts, entry->string);
        if (!type)
            facts_error(&facts->descriptions, entry, "unknown type '%s'", entry->string);
        cJSON_ArrayForEach (text, entry)
            if (!field_named(type, text->string) || !cJSON_IsString(text) || !*text->valuestring)
                facts_error(&facts->descriptions, text, "'%s' has no field '%s', or its description is not a text",
                    entry->string, text->string);
        cJSON_ArrayForEach (field, fact_get(type, "fields"))
            if (!fact_text(entry, fact_text(field, "name")))
                facts_error(&facts->descriptions, entry, "the field '%s' of '%s' is not described",
                    fact_text(field, "name"), entry->string);
    }
}

static bool one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (text && !strcmp(text, *words))
            return true;
    return false;
}

static void check_decisions(const struct facts *facts)
{
    static const char *const api[] = {"refuse", "refuse-in-call", "drop", "ignore", NULL};
    static const char *const people[] = {"error", "warning", "note", "accept", NULL};
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(facts->decisions.root, "decisions")) {
        const char *id = fact_text(item, "id"), *rule = fact_text(item, "rule");
        if (!id || !fact_text(item, "question"))
            facts_error(&facts->decisions, item, "a decision needs id and question");
        if (!one_of(fact_text(item, "api"), api) || !one_of(fact_text(item, "validate"), people))
            facts_error(&facts->decisions, item,
                "'%s': api is refuse, refuse-in-call, drop or ignore, validate is error, warning, note or accept",
                id ? id : "");
        if (!rule || !facts_rule(facts, rule))
            facts_error(&facts->decisions, item, "unknown rule '%s'", rule ? rule : "");
        check_strength(&facts->decisions, item);
    }
}

static void check_hosts(const struct facts *facts)
{
    const cJSON *item;
    double build = 0;
    cJSON_ArrayForEach (item, fact_get(facts->hosts.root, "hosts")) {
        const char *schema = fact_text(item, "schema");
        if (!schema || strncmp(schema, "2.", 2) || !fact_text(item, "release"))
            facts_error(&facts->hosts, item, "a host needs build, release and schema");
        if (fact_number(item, "build", 0) <= build)
            facts_error(&facts->hosts, item, "hosts must be in the order of their builds");
        build = fact_number(item, "build", 0);
    }
}

static void check_contradictions(const struct facts *facts)
{
    const cJSON *item;
    int number = 1;
    char id[16];
    cJSON_ArrayForEach (item, fact_get(facts->contradictions.root, "contradictions")) {
        const char *own = fact_text(item, "id"), *rule = fact_text(item, "rule");
        snprintf(id, sizeof id, "D-%02d", number++);
        if (!own || strcmp(own, id))
            facts_error(&facts->contradictions, item, "the id of this contradiction must be %s", id);
        if (!fact_text(item, "subject") || !fact_text(item, "statement") || !fact_text(item, "choice"))
            facts_error(&facts->contradictions, item, "a contradiction needs subject, statement and choice");
        if (rule && !facts_rule(facts, rule))
            facts_error(&facts->contradictions, item, "unknown rule '%s'", rule);
    }
}

/* True if each segment of a resource's path is a text or one of the words that stand for one. */
static bool is_resource_path(const char *path)
{
    static const char *const words[] = {"{Identifier}", "{Guid}", "{UnsignedInt}"};
    const char *start = path, *end;
    for (; (path = strchr(path, '{')); path = end) {
        size_t i = 0, count = sizeof words / sizeof *words;
        while (i < count && strncmp(path, words[i], strlen(words[i])) != 0)
            i++;
        end = i < count ? path + strlen(words[i]) : path;
        if (i == count || path == start || path[-1] != '/' || (*end && *end != '/'))
            return false;
    }
    return true;
}

static void check_resources(const struct facts *facts)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, fact_get(facts->resources.root, "serviceProperties"))
        if (!fact_text(item, "property") || !facts_schema_type(facts, fact_text(item, "document")))
            facts_error(&facts->resources, item, "a property of the service needs the type of its document");
    cJSON_ArrayForEach (item, fact_get(facts->resources.root, "resources")) {
        const char *settings = fact_text(item, "settings"), *element = fact_text(item, "element");
        if (!fact_text(item, "path") || !cJSON_GetArraySize(fact_get(item, "requests")))
            facts_error(&facts->resources, item, "a resource needs path and requests");
        else if (!is_resource_path(fact_text(item, "path")))
            facts_error(&facts->resources, item, "a segment in braces is {Identifier}, {Guid} or {UnsignedInt}");
        if (fact_true(item, "updateAdds") && !fact_lists(fact_get(item, "requests"), "Update"))
            facts_error(&facts->resources, item, "only a resource that can be updated has updateAdds");
        if (settings && !notation_is_plain(settings) && !facts_schema_type(facts, settings))
            facts_error(&facts->resources, item, "unknown type '%s'", settings);
        if (element && (!settings || !field_named(facts_schema_type(facts, settings), element)))
            facts_error(&facts->resources, item, "the settings have no field '%s'", element);
    }
}

static bool is_condition(const cJSON *condition)
{
    const cJSON *item;
    const char *word = cJSON_GetStringValue(condition);
    cJSON_ArrayForEach (item, condition)
        if (!cJSON_IsString(item))
            return false;
    if (cJSON_IsObject(condition))
        return fact_text(condition, "keyOf") && fact_text(condition, "except");
    return cJSON_IsArray(condition) || (word && (!strcmp(word, "present") || !strcmp(word, "absent")));
}

static void check_path(const struct facts *facts, const cJSON *item, const char *path)
{
    int steps = 1;
    bool fits = true;
    for (const char *step = path; fits; steps++) {
        size_t length = strcspn(step, ".");
        fits = length > 0 && length < COMBINED_STEP_BYTES && steps <= COMBINED_STEPS;
        if (!step[length])
            break;
        step += length + 1;
    }
    if (!fits)
        facts_error(&facts->combinations, item, "a path has at most %d names of at most %d bytes: '%s'", COMBINED_STEPS,
            COMBINED_STEP_BYTES - 1, path);
}

static void check_combinations(const struct facts *facts)
{
    const cJSON *item, *condition;
    cJSON_ArrayForEach (item, fact_get(facts->combinations.root, "combinations")) {
        const char *type = fact_text(item, "type"), *rule = fact_text(item, "rule");
        if (!type || !facts_schema_type(facts, type) || !fact_text(item, "at") || !fact_text(item, "text"))
            facts_error(&facts->combinations, item, "a combination needs a type of the schema, at and text");
        if (!rule || !facts_rule(facts, rule))
            facts_error(&facts->combinations, item, "unknown rule '%s'", rule ? rule : "");
        check_path(facts, item, fact_text(item, "at") ? fact_text(item, "at") : "");
        cJSON_ArrayForEach (condition, fact_get(item, "when")) {
            const char *key = fact_text(condition, "keyOf");
            check_path(facts, condition, condition->string);
            if (key)
                check_path(facts, condition, key);
            if (!is_condition(condition))
                facts_error(&facts->combinations, condition,
                    "a condition is present, absent, a list of texts, or keyOf with except");
        }
    }
}

void facts_check_schema(const struct facts *facts)
{
    check_combinations(facts);
    check_types(facts);
    check_field_knowledge(facts);
    check_descriptions(facts);
    check_decisions(facts);
    check_hosts(facts);
    check_contradictions(facts);
    check_resources(facts);
}
