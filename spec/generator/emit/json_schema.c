/* JSON Schema of document types. Entry point: json_schema_main(). It can't express that a member occurs only once, or
   that newer members are ignored in a document with an older schema version. It does not say which of a scenario's
   members and effects go together. */
#include "json_schema.h"
#include "base/command/command_line.h"
#include "facts/notation.h"
#include "facts/output.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TYPES = 512, TEXT = 512 };

struct queue {
    const char *names[MAX_TYPES]; /* the types that are used, each once */
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

#define GUID_DIGITS "[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
#define GUID "^" GUID_DIGITS "$"
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

/* Allows null besides the values of a schema, since a null counts as an absent member. The schemas of types allow null
   themselves: a wrong value then breaks one keyword, not two branches. */
static cJSON *or_null(cJSON *schema)
{
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(schema, "type"));
    cJSON *values = cJSON_GetObjectItemCaseSensitive(schema, "enum");
    if (type) {
        const char *const both[] = {type, "null"};
        cJSON *types = cJSON_CreateStringArray(both, 2);
        cJSON_ReplaceItemInObjectCaseSensitive(schema, "type", types);
    }
    if (values)
        cJSON_AddItemToArray(values, cJSON_CreateNull());
    return schema;
}

static cJSON *key_schema(const char *key)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "pattern",
        !strcmp(key, "Guid")     ? GUID
        : !strcmp(key, "uint8")  ? "^([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$"
        : !strcmp(key, "uint64") ? "^(0|[1-9][0-9]{0,19})$"
                                 : "^(0|[1-9][0-9]{0,9})$");
    return schema;
}

/* Adds the description of a member: what it is, the reference's note, and its version. */
static void describe(const struct facts *facts, cJSON *schema, const cJSON *type, const cJSON *field)
{
    char text[TEXT];
    const cJSON *described = fact_get(fact_get(facts->descriptions.root, "types"), type->string);
    const char *what = fact_text(described, fact_text(field, "name")), *note = fact_text(field, "note");
    snprintf(text, sizeof text, "%s%s%s%sSchema version %s.", what ? what : "", what ? ". " : "", note ? note : "",
        note ? ". " : "", fact_text(field, "version"));
    cJSON_AddStringToObject(schema, "description", text);
}

static cJSON *field_schema(const struct facts *facts, struct queue *queue, const cJSON *type, const cJSON *field)
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
        } else if (fact_true(field, "nonEmpty"))
            cJSON_AddNumberToObject(shape, "minItems", 1);
        schema = shape;
    }
    schema = or_null(schema);
    describe(facts, schema, type, field);
    return schema;
}

/* --- constraints --- */

/* A schema that requires a member that is not null. */
static cJSON *present(const char *name)
{
    cJSON *schema = cJSON_CreateObject(), *required = cJSON_AddArrayToObject(schema, "required");
    cJSON_AddItemToArray(required, cJSON_CreateString(name));
    cJSON *member = cJSON_AddObjectToObject(cJSON_AddObjectToObject(schema, "properties"), name);
    cJSON_AddItemToObject(member, "not", typed("null"));
    return schema;
}

/* A schema that requires a member with this value (keyword "const") or one that matches it ("pattern"). */
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

/* Writes the path of a resource as a regular expression in which {Identifier}, {Guid} and {UnsignedInt} match one
 * segment. */
static void path_pattern(const cJSON *resource, char *pattern, size_t size)
{
    const char *path = fact_text(resource, "path");
    size_t length = (size_t)snprintf(pattern, size, "^");
    while (*path && length + sizeof GUID_DIGITS < size) {
        if (*path != '{') {
            pattern[length++] = *path++;
            continue;
        }
        const char *segment = path[1] == 'G'                         ? GUID_DIGITS
                              : path[1] != 'U'                       ? "[^/]+"
                              : fact_number(resource, "most", 0) > 0 ? "[01]"
                                                                     : "(0|[1-9][0-9]*)";
        length += (size_t)snprintf(pattern + length, size - length, "%s", segment);
        path = strchr(path, '}') + 1;
    }
    snprintf(pattern + length, size - length, "$");
}

/* A schema for the request types that the resource supports. */
static cJSON *requests_schema(const cJSON *resource)
{
    cJSON *schema = cJSON_CreateObject(), *properties = cJSON_AddObjectToObject(schema, "properties");
    cJSON *request = cJSON_AddObjectToObject(properties, "RequestType");
    cJSON_AddItemToObject(request, "enum", cJSON_Duplicate(fact_get(resource, "requests"), 1));
    or_null(request);
    return schema;
}

/* A schema that matches a request for the resource; with unless_removed, only if it is not a removal. */
static cJSON *resource_is(const cJSON *resource, bool unless_removed)
{
    char pattern[TEXT];
    path_pattern(resource, pattern, sizeof pattern);
    cJSON *path = present_as("ResourcePath", "pattern", pattern);
    if (!unless_removed)
        return path;
    cJSON *all = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(all, "allOf"), *other = cJSON_CreateObject();
    cJSON_AddItemToArray(list, path);
    cJSON_AddItemToObject(other, "not", present_as("RequestType", "const", "Remove"));
    cJSON_AddItemToArray(list, other);
    return all;
}

/* Requires settings of the right type where they are read. A removal reads them if they identify an element. */
static void add_settings_rules(const struct facts *facts, struct queue *queue, cJSON *rules, const cJSON *resource)
{
    const char *settings = fact_text(resource, "settings");
    bool ignored = fact_get(resource, "settingsIgnoredOn");
    if (!settings)
        return;
    add_rule(rules, resource_is(resource, ignored), settings_schema("Settings", type_schema(facts, queue, settings)));
    add_rule(rules, resource_is(resource, ignored || !fact_text(resource, "element")), present("Settings"));
}

static void add_resource_rules(const struct facts *facts, struct queue *queue, cJSON *rules)
{
    const cJSON *resource;
    struct text paths = {.limit = OUTPUT_BYTES};
    char pattern[TEXT];
    cJSON_ArrayForEach (resource, fact_get(facts->resources.root, "resources")) {
        path_pattern(resource, pattern, sizeof pattern);
        text_printf(&paths, "%s%s", paths.length ? "|" : "", pattern);
        add_rule(rules, resource_is(resource, false), requests_schema(resource));
        add_settings_rules(facts, queue, rules, resource);
    }
    char *text = text_finish(&paths);
    cJSON *known = cJSON_CreateObject(), *properties = cJSON_AddObjectToObject(known, "properties");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(properties, "ResourcePath"), "pattern", text);
    cJSON_AddItemToArray(rules, known);
    free(text);
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

/* Restricts SchemaVersion to major version 2, and the minor one to that of the newest known host. */
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
    const cJSON *field, *known;
    cJSON *schema = or_null(typed("object")), *properties = cJSON_AddObjectToObject(schema, "properties");
    cJSON_ArrayForEach (known, facts_known_names(facts, type))
        cJSON_AddStringToObject(cJSON_AddObjectToObject(properties, known->valuestring), "description",
            "Not in the reference, but production clients send it.");
    cJSON_ArrayForEach (field, fact_get(type, "fields"))
        cJSON_AddItemToObject(properties, fact_text(field, "name"), field_schema(facts, queue, type, field));
    cJSON_AddFalseToObject(schema, "additionalProperties");
    add_constraints(facts, queue, schema, type);
    return schema;
}

/* A schema for flags, which can also be numbers: the pattern only applies to text. Where the values are HRESULTs,
   hexadecimal digits are allowed, too. */
static cJSON *flags_schema(const cJSON *type)
{
    bool codes = fact_get(type, "from");
    static const char *const types[] = {"string", "integer", "null"};
    const cJSON *value;
    struct text pattern = {.limit = OUTPUT_BYTES};
    cJSON *schema = plain_schema("int32");
    if (codes)
        cJSON_ReplaceItemInObjectCaseSensitive(schema, "maximum", cJSON_CreateRaw("4294967295"));
    text_puts(&pattern, codes ? "^(0x[89a-fA-F][0-9a-fA-F]{7}|" : "^(");
    cJSON_ArrayForEach (value, fact_get(type, "values"))
        text_printf(&pattern, "%s%s", fact_text(value, "name"), value->next ? "|" : ")$");
    char *text = text_finish(&pattern);
    cJSON_ReplaceItemInObjectCaseSensitive(schema, "type", cJSON_CreateStringArray(types, 3));
    cJSON_AddStringToObject(schema, "pattern", text);
    free(text);
    return schema;
}

static cJSON *enum_schema(const struct facts *facts, const cJSON *type)
{
    const cJSON *value;
    if (fact_true(type, "integers") || fact_get(type, "from"))
        return flags_schema(type);
    cJSON *schema = cJSON_CreateObject(), *values = cJSON_AddArrayToObject(schema, "enum");
    cJSON_ArrayForEach (value, fact_get(type, "values"))
        cJSON_AddItemToArray(values, cJSON_CreateString(fact_text(value, "name")));
    cJSON_ArrayForEach (value, facts_known_names(facts, type))
        cJSON_AddItemToArray(values, cJSON_CreateString(value->valuestring));
    return or_null(schema);
}

/* Returns the schema of a type, or NULL if there is no such type. */
static cJSON *schema_of(const struct facts *facts, const char *name)
{
    struct queue queue = {.count = 0};
    if (!use(facts, &queue, name))
        return NULL;
    const cJSON *hosts = fact_get(facts->hosts.root, "hosts");
    char target[TEXT], about[TEXT];
    cJSON *root = cJSON_CreateObject(), *null = cJSON_CreateObject();
    snprintf(target, sizeof target, "#/$defs/%s", name);
    snprintf(about, sizeof about, "%s of the Host Compute System API, schema versions 2.0 to %s; computecore %s.", name,
        fact_text(cJSON_GetArrayItem(hosts, cJSON_GetArraySize(hosts) - 1), "schema"), HCS_VERSION);
    cJSON_AddStringToObject(root, "$schema", "https://json-schema.org/draft/2020-12/schema");
    cJSON_AddStringToObject(root, "title", name);
    cJSON_AddStringToObject(root, "description", about);
    cJSON_AddStringToObject(root, "$ref", target);
    cJSON_AddItemToObject(null, "const", cJSON_CreateNull());
    cJSON_AddItemToObject(root, "not", null);
    cJSON *definitions = cJSON_AddObjectToObject(root, "$defs");
    for (int i = 0; i < queue.count; i++) {
        const cJSON *type = facts_schema_type(facts, queue.names[i]);
        cJSON_AddItemToObject(definitions, queue.names[i],
            facts_is_enum(type) ? enum_schema(facts, type) : object_schema(facts, &queue, type));
    }
    return root;
}

int json_schema_main(const struct facts *facts, const char *name)
{
    cJSON *root = schema_of(facts, name);
    char *text = root ? cJSON_Print(root) : NULL;
    cJSON_Delete(root);
    if (!text)
        return command_wrong("there is no type %s; --types lists them", name);
    printf("%s\n", text);
    free(text);
    return 0;
}

/* Writes and frees the tree. Returns false after a message. */
static bool write_json(cJSON *root, const char *folder, const char *name)
{
    struct text file = {.limit = OUTPUT_BYTES};
    char *text = cJSON_Print(root);
    text_printf(&file, "%s\n", text);
    free(text);
    cJSON_Delete(root);
    return output_end(&file, folder, name);
}

/* Returns the manifest of a Visual Studio Code extension that only has the schemas. With it, a file named
   vm.ComputeSystem.json is checked as a ComputeSystem. */
static cJSON *extension(const struct facts *facts)
{
    const cJSON *type;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "name", "hcs-documents");
    cJSON_AddStringToObject(root, "displayName", "Documents of the Host Compute System API");
    cJSON_AddStringToObject(root, "description", "Checks NAME.TYPE.json, such as vm.ComputeSystem.json.");
    cJSON_AddStringToObject(root, "publisher", "computecore");
    cJSON_AddStringToObject(root, "version", HCS_VERSION);
    cJSON_AddStringToObject(root, "license", "MIT");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(root, "engines"), "vscode", "^1.60.0");
    cJSON *list = cJSON_AddArrayToObject(cJSON_AddObjectToObject(root, "contributes"), "jsonValidation");
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        char match[TEXT], url[TEXT];
        cJSON *entry = cJSON_CreateObject();
        snprintf(match, sizeof match, "*.%s.json", type->string);
        snprintf(url, sizeof url, "./%s.schema.json", type->string);
        cJSON_AddStringToObject(entry, "fileMatch", match);
        cJSON_AddStringToObject(entry, "url", url);
        cJSON_AddItemToArray(list, entry);
    }
    return root;
}

int json_schema_files(const struct facts *facts, const char *folder)
{
    const cJSON *type;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types")) {
        char name[TEXT];
        snprintf(name, sizeof name, "%s.schema.json", type->string);
        if (!write_json(schema_of(facts, type->string), folder, name))
            return 1;
    }
    return write_json(extension(facts), folder, "package.json") ? 0 : 1;
}

int json_schema_list(const struct facts *facts)
{
    const cJSON *type;
    cJSON_ArrayForEach (type, fact_get(facts->schema.root, "types"))
        printf("%s\n", type->string);
    return 0;
}
