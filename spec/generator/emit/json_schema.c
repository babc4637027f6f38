/* JSON Schema of document types. Entry point: json_schema_main(). What it can't express: that a
   member occurs only once, and that a schema version hides what is newer. */
#include "json_schema.h"
#include "base/command/command_line.h"
#include "facts/notation.h"
#include "facts/output.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TYPES = 512, TEXT = 512 };

struct queue {
    const char *names[MAX_TYPES]; /* of the types that are used, each once */
    int count;
};

static const cJSON *use(const struct facts *facts, struct queue *queue, const char *name)
{
    const cJSON *type = facts_schema_type(facts, name);
    for (int i = 0; type && i < queue->count; i++)
        if (!strcmp(queue->names[i], name))
            return type;
    if (type && queue->count < MAX_TYPES)
        queue->names[queue->count++] = type->string;
    return type;
}

static cJSON *reference(const char *name)
{
    char target[TEXT];
    cJSON *schema = cJSON_CreateObject();
    snprintf(target, sizeof target, "#/$defs/%s", name);
    cJSON_AddStringToObject(schema, "$ref", target);
    return schema;
}

static cJSON *typed(const char *type)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", type);
    return schema;
}

#define GUID "^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"
#define BASE64 "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

static const char *const patterns[][2] = {{"Guid", GUID},
    {"MacAddress", "^([0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}$|^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$"},
    {"DateTime", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"},
    {"ByteArray", BASE64}, {"NullableByteArray", BASE64}, {"string_binary", BASE64}};

static cJSON *plain_schema(const char *type)
{
    const char *minimum, *maximum;
    if (!strcmp(type, "Any"))
        return cJSON_CreateObject();
    if (!strcmp(type, "bool"))
        return typed("boolean");
    if (notation_range(type, &minimum, &maximum)) {
        cJSON *schema = typed("integer");
        cJSON_AddItemToObject(schema, "minimum", cJSON_CreateRaw(minimum));
        cJSON_AddItemToObject(schema, "maximum", cJSON_CreateRaw(maximum));
        return schema;
    }
    cJSON *schema = typed("string");
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (!strcmp(patterns[i][0], type))
            cJSON_AddStringToObject(schema, "pattern", patterns[i][1]);
    return schema;
}

static cJSON *type_schema(const struct facts *facts, struct queue *queue, const char *type)
{
    return use(facts, queue, type) ? reference(type) : plain_schema(type);
}

/* A null counts as an absent member, so null is allowed in place of any value. */
static cJSON *or_null(cJSON *schema)
{
    cJSON *either = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(either, "anyOf");
    if (!schema->child) {
        cJSON_Delete(either);
        return schema;
    }
    cJSON_AddItemToArray(list, schema);
    cJSON_AddItemToArray(list, typed("null"));
    return either;
}

static cJSON *key_schema(const char *key)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "pattern",
        !strcmp(key, "Guid")     ? GUID
        : !strcmp(key, "uint8")  ? "^(0*[0-9]{1,2}|0*1[0-9]{2}|0*2[0-4][0-9]|0*25[0-5])$"
        : !strcmp(key, "uint64") ? "^[0-9]{1,20}$"
                                 : "^[0-9]{1,10}$");
    return schema;
}

static cJSON *field_schema(const struct facts *facts, struct queue *queue, const cJSON *field)
{
    struct notation n = notation_of(fact_text(field, "type"));
    const char *fixed = fact_text(fact_get(field, "variant"), "type");
    cJSON *schema = type_schema(facts, queue, fixed ? fixed : n.type), *shape;
    const cJSON *range = fact_get(field, "range");
    if (range) {
        cJSON_ReplaceItemInObjectCaseSensitive(schema, "minimum", cJSON_CreateNumber(range->child->valuedouble));
        cJSON_ReplaceItemInObjectCaseSensitive(schema, "maximum", cJSON_CreateNumber(range->child->next->valuedouble));
    }
    if (n.shape != NOTATION_ONE) {
        shape = typed(n.shape == NOTATION_ARRAY ? "array" : "object");
        cJSON_AddItemToObject(shape, n.shape == NOTATION_ARRAY ? "items" : "additionalProperties", or_null(schema));
        if (n.shape == NOTATION_MAP && strcmp(n.key, "string"))
            cJSON_AddItemToObject(shape, "propertyNames", key_schema(n.key));
        if (n.size) {
            cJSON_AddNumberToObject(shape, "minItems", n.size);
            cJSON_AddNumberToObject(shape, "maxItems", n.size);
        }
        schema = shape;
    }
    schema = or_null(schema);
    char text[TEXT];
    const char *note = fact_text(field, "note");
    snprintf(
        text, sizeof text, "%s%sSchema version %s.", note ? note : "", note ? ". " : "", fact_text(field, "version"));
    cJSON_AddStringToObject(schema, "description", text);
    return schema;
}

/* --- constraints --- */

/* The member is present and not null. */
static cJSON *present(const char *name)
{
    cJSON *schema = cJSON_CreateObject(), *required = cJSON_AddArrayToObject(schema, "required");
    cJSON_AddItemToArray(required, cJSON_CreateString(name));
    cJSON *member = cJSON_AddObjectToObject(cJSON_AddObjectToObject(schema, "properties"), name);
    cJSON_AddItemToObject(member, "not", typed("null"));
    return schema;
}

/* The member is present, and has the value ("const") or matches the pattern ("pattern"). */
static cJSON *present_as(const char *name, const char *keyword, const char *value)
{
    cJSON *schema = present(name);
    cJSON *member = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(schema, "properties"), name);
    if (!strcmp(keyword, "pattern"))
        cJSON_AddStringToObject(member, "type", "string");
    cJSON_AddStringToObject(member, keyword, value);
    return schema;
}

static void add_rule(cJSON *rules, cJSON *when, cJSON *then)
{
    cJSON *rule = cJSON_CreateObject();
    cJSON_AddItemToObject(rule, "if", when);
    cJSON_AddItemToObject(rule, "then", then);
    cJSON_AddItemToArray(rules, rule);
}

static cJSON *settings_schema(const char *name, cJSON *schema)
{
    cJSON *then = cJSON_CreateObject();
    cJSON_AddItemToObject(cJSON_AddObjectToObject(then, "properties"), name, or_null(schema));
    return then;
}

/* The path of a resource as a regular expression: {Identifier} and {UnsignedInt} match one segment. */
static void path_pattern(const cJSON *resource, char *pattern, size_t size)
{
    const char *path = fact_text(resource, "path");
    size_t length = (size_t)snprintf(pattern, size, "^");
    while (*path && length + 16 < size) {
        if (*path != '{') {
            pattern[length++] = *path++;
            continue;
        }
        const char *segment = path[1] != 'U' ? "[^/]+" : fact_number(resource, "most", 0) > 0 ? "0*[01]" : "[0-9]+";
        length += (size_t)snprintf(pattern + length, size - length, "%s", segment);
        path = strchr(path, '}') + 1;
    }
    snprintf(pattern + length, size - length, "$");
}

static void add_resource_rules(const struct facts *facts, struct queue *queue, cJSON *rules)
{
    const cJSON *resource;
    char pattern[TEXT];
    cJSON_ArrayForEach (resource, fact_get(facts->resources.root, "resources")) {
        const char *settings = fact_text(resource, "settings");
        if (!settings)
            continue;
        path_pattern(resource, pattern, sizeof pattern);
        cJSON *when = present_as("ResourcePath", "pattern", pattern);
        if (fact_get(resource, "settingsIgnoredOn")) {
            cJSON *all = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(all, "allOf"),
                  *not = cJSON_CreateObject();
            cJSON_AddItemToArray(list, when);
            cJSON_AddItemToObject(not, "not", present_as("RequestType", "const", "Remove"));
            cJSON_AddItemToArray(list, not );
            when = all;
        }
        add_rule(rules, when, settings_schema("Settings", type_schema(facts, queue, settings)));
    }
}

static void add_variant_rules(const struct facts *facts, struct queue *queue, cJSON *rules, const cJSON *field)
{
    const cJSON *variant = fact_get(field, "variant"), *item;
    if (fact_get(variant, "from"))
        add_resource_rules(facts, queue, rules);
    cJSON_ArrayForEach (item, fact_get(variant, "types"))
        add_rule(rules, present_as(fact_text(variant, "by"), "const", item->string),
            settings_schema(fact_text(field, "name"), type_schema(facts, queue, item->valuestring)));
}

static void add_group_rules(cJSON *rules, const cJSON *group, bool needed, bool exclusive)
{
    const cJSON *one, *two;
    cJSON *any = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(any, "anyOf");
    cJSON_ArrayForEach (one, fact_get(group, "members")) {
        cJSON_AddItemToArray(list, present(one->valuestring));
        for (two = one->next; two && exclusive; two = two->next) {
            cJSON *not = cJSON_CreateObject(), *both = cJSON_AddObjectToObject(not, "not");
            cJSON *all = cJSON_AddArrayToObject(both, "allOf");
            cJSON_AddItemToArray(all, present(one->valuestring));
            cJSON_AddItemToArray(all, present(two->valuestring));
            cJSON_AddItemToArray(rules, not );
        }
    }
    if (needed)
        cJSON_AddItemToArray(rules, any);
    else
        cJSON_Delete(any);
}

/* SchemaVersion: the major version is 2, the minor one at most that of the newest known host. */
static void add_version_rule(const struct facts *facts, cJSON *rules)
{
    const cJSON *hosts = fact_get(facts->hosts.root, "hosts");
    const char *newest = fact_text(cJSON_GetArrayItem(hosts, cJSON_GetArraySize(hosts) - 1), "schema");
    cJSON *rule = cJSON_CreateObject();
    cJSON *version = cJSON_AddObjectToObject(cJSON_AddObjectToObject(rule, "properties"), "SchemaVersion");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(version, "required"), cJSON_CreateString("Major"));
    cJSON *numbers = cJSON_AddObjectToObject(version, "properties");
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(numbers, "Major"), "const", 2);
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(numbers, "Minor"), "maximum", atoi(newest + 2));
    cJSON_AddItemToArray(rules, rule);
}

static void add_constraints(const struct facts *facts, struct queue *queue, cJSON *schema, const cJSON *type)
{
    const cJSON *field, *group;
    cJSON *rules = cJSON_CreateArray();
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const cJSON *when = fact_get(field, "requiredWhen");
        if (fact_true(field, "required"))
            cJSON_AddItemToArray(rules, present(fact_text(field, "name")));
        if (when)
            add_rule(rules, present_as(fact_text(when, "member"), "const", fact_text(when, "is")),
                present(fact_text(field, "name")));
        add_variant_rules(facts, queue, rules, field);
    }
    cJSON_ArrayForEach (group, fact_get(type, "exclusive"))
        add_group_rules(rules, group, fact_true(group, "exactly"), true);
    cJSON_ArrayForEach (group, fact_get(type, "needed"))
        add_group_rules(rules, group, true, false);
    if (!strcmp(type->string, "ComputeSystem"))
        add_version_rule(facts, rules);
    if (rules->child)
        cJSON_AddItemToObject(schema, "allOf", rules);
    else
        cJSON_Delete(rules);
}

/* --- types --- */

static cJSON *object_schema(const struct facts *facts, struct queue *queue, const cJSON *type)
{
    const cJSON *field;
    cJSON *schema = typed("object"), *properties = cJSON_AddObjectToObject(schema, "properties");
    cJSON_ArrayForEach (field, fact_get(type, "fields"))
        cJSON_AddItemToObject(properties, fact_text(field, "name"), field_schema(facts, queue, field));
    cJSON_AddFalseToObject(schema, "additionalProperties");
    add_constraints(facts, queue, schema, type);
    return schema;
}

static cJSON *enum_schema(const cJSON *type)
{
    const cJSON *value;
    cJSON *schema = cJSON_CreateObject(), *values = cJSON_AddArrayToObject(schema, "enum");
    cJSON_ArrayForEach (value, fact_get(type, "values"))
        cJSON_AddItemToArray(values, cJSON_CreateString(fact_text(value, "name")));
    if (!fact_true(type, "integers"))
        return schema;
    cJSON *either = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(either, "anyOf");
    cJSON_AddItemToArray(list, schema);
    cJSON_AddItemToArray(list, plain_schema("int32"));
    return either;
}

/* The schema of a type as text that the caller frees, or NULL if there is no such type. */
static char *schema_text(const struct facts *facts, const char *name)
{
    struct queue queue = {.count = 0};
    if (!use(facts, &queue, name))
        return NULL;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "$schema", "https://json-schema.org/draft/2020-12/schema");
    cJSON_AddStringToObject(root, "title", name);
    char target[TEXT];
    snprintf(target, sizeof target, "#/$defs/%s", name);
    cJSON_AddStringToObject(root, "$ref", target);
    cJSON *definitions = cJSON_AddObjectToObject(root, "$defs");
    for (int i = 0; i < queue.count; i++) {
        const cJSON *type = facts_schema_type(facts, queue.names[i]);
        cJSON_AddItemToObject(
            definitions, queue.names[i], facts_is_enum(type) ? enum_schema(type) : object_schema(facts, &queue, type));
    }
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

int json_schema_main(const struct facts *facts, const char *name)
{
    char *text = schema_text(facts, name);
    if (!text)
        return command_wrong("there is no type %s; --types lists them", name);
    printf("%s\n", text);
    free(text);
    return 0;
}

int json_schema_files(const struct facts *facts, const char *folder)
{
    const cJSON *type;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        char name[TEXT], *text = schema_text(facts, type->string);
        struct text file = {.limit = OUTPUT_BYTES};
        snprintf(name, sizeof name, "%s.schema.json", type->string);
        text_puts(&file, text);
        text_puts(&file, "\n");
        free(text);
        if (!output_end(&file, folder, name))
            return 1;
    }
    return 0;
}

int json_schema_list(const struct facts *facts)
{
    const cJSON *type;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        printf("%s\n", type->string);
    return 0;
}
