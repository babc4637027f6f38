/* Rows on the fields of documents, made from the schema: for each field of each type that a call takes, what it must
   refuse and what it must not refuse. Entry point: rows_from_schema(). */
#include "facts/notation.h"
#include "base/allocate.h"
#include "rows.h"
#include "facts/sample.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PLACES = 512, TEXT_SIZE = 512, NEWEST_EVERYWHERE = 1 /* 2.1: every host has it */ };

/* A place in a document where an object of some type may occur: a member of the object at parent. For each type only
   the first place found is used. */
struct spot {
    const struct spot *parent;
    const cJSON *field; /* NULL: the document itself */
    const cJSON *type;
    int minor;            /* schema version 2.minor of the newest member on the way to it */
    const cJSON *variant; /* the field is declared as Any and has this type if another member says so; or NULL */
};

struct walk {
    const struct facts *facts;
    struct rows *rows;
    const struct fact_file *file;
    const cJSON *parameter;
    const cJSON *resource; /* of a modification, or NULL */
    struct spot spots[MAX_PLACES];
    int count;
};

/* What one row tests about one field. */
struct claim {
    const char *what, *strength, *rule;
    const char *path;  /* of the mistake; NULL: the document is accepted */
    int minor;         /* the schema version 2.minor that the document declares or needs; -1: that of the field */
    const char *lacks; /* a schema version that the host must not have; NULL: none */
};

/* --- paths --- */

static void add_name(char *text, const char *name, bool bracket)
{
    size_t length = strlen(text);
    snprintf(text + length, TEXT_SIZE - length, bracket ? "['%s']" : ".%s", name);
}

static void add_key(char *text, const struct notation *n, bool pattern)
{
    size_t length = strlen(text);
    if (n->shape == NOTATION_ARRAY)
        snprintf(text + length, TEXT_SIZE - length, pattern ? "[]" : "[0]");
    else if (n->shape == NOTATION_MAP && pattern)
        snprintf(text + length, TEXT_SIZE - length, ".*");
    else if (n->shape == NOTATION_MAP)
        add_name(text, sample_key(n), !strcmp(n->key, "Guid"));
}

/* Writes the JSON path of a place or, with pattern, the form without keys and indices that is a part of ids. */
static void spot_path(const struct spot *spot, char *text, bool pattern)
{
    if (!spot->field) {
        strcpy(text, pattern ? "" : "$");
        return;
    }
    struct notation n = notation_of(fact_text(spot->field, "type"));
    spot_path(spot->parent, text, pattern);
    add_name(text, fact_text(spot->field, "name"), false);
    add_key(text, &n, pattern);
    if (pattern && spot->variant)
        snprintf(text + strlen(text), TEXT_SIZE - strlen(text), "(%s)", spot->variant->string);
}

/* Writes the JSON path of a field; below: what follows its name, such as [0]. */
static void field_path(const struct spot *spot, const cJSON *field, const char *below, char *text)
{
    spot_path(spot, text, false);
    add_name(text, fact_text(field, "name"), false);
    strncat(text, below, TEXT_SIZE - strlen(text) - 1);
}

/* Returns N of the schema version 2.N that a field needs at this place. */
static int minor_at(const struct spot *spot, const cJSON *field)
{
    int own = notation_minor(field);
    return own > spot->minor ? own : spot->minor;
}

/* --- documents --- */

/* Returns the document that has value, an object, at spot. Takes value over. */
static cJSON *wrap(const struct walk *w, const struct spot *spot, cJSON *value)
{
    for (; spot->field; spot = spot->parent) {
        struct notation n = notation_of(fact_text(spot->field, "type"));
        cJSON *holder = value;
        if (n.shape == NOTATION_ARRAY) {
            holder = cJSON_CreateArray();
            cJSON_AddItemToArray(holder, value);
        } else if (n.shape == NOTATION_MAP) {
            holder = cJSON_CreateObject();
            cJSON_AddItemToObject(holder, sample_key(&n), value);
        }
        value = cJSON_CreateObject();
        cJSON_AddItemToObject(value, fact_text(spot->field, "name"), holder);
        if (spot->variant)
            cJSON_AddStringToObject(value, fact_text(fact_get(spot->field, "variant"), "by"), spot->variant->string);
        sample_complete(w->facts, spot->parent->type, value);
    }
    return value;
}

/* Adds missing numbers to the document's SchemaVersion, if it has one; unless: a member that the row tests. */
static void set_version(cJSON *root, int minor, const char *unless)
{
    cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "SchemaVersion"), *number;
    if (!cJSON_IsObject(version))
        return;
    static const char *const names[] = {"Major", "Minor"};
    for (int i = 0; i < 2; i++)
        if (!cJSON_GetObjectItemCaseSensitive(version, names[i]) && (!unless || strcmp(unless, names[i]))) {
            number = cJSON_CreateNumber(i ? minor : 2);
            cJSON_AddItemToObject(version, names[i], number);
        }
}

static void replace(cJSON *object, const char *name, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_AddStringToObject(object, name, value);
}

/* True for the SchemaVersion of a document, whose valid numbers depend on the host. */
static bool is_version(const struct spot *spot)
{
    return spot->field && !spot->parent->field && !strcmp(fact_text(spot->field, "name"), "SchemaVersion");
}

/* Copies a resource's path with example values for {Identifier}, {Guid} and {UnsignedInt}. */
static void concrete_path(const char *pattern, char *text)
{
    size_t length = 0;
    while (*pattern && length + 2 < TEXT_SIZE) {
        if (*pattern == '{') {
            const char *value = pattern[1] == 'U' ? "0" : pattern[1] == 'G' ? sample_guid() : "x";
            length += (size_t)snprintf(text + length, TEXT_SIZE - length, "%s", value);
            pattern = strchr(pattern, '}') + 1;
        } else
            text[length++] = *pattern++;
    }
    text[length] = 0;
}

/* Adds path and request type of the resource to which the settings of a modification belong. */
static void set_resource(const struct walk *w, cJSON *root)
{
    char path[TEXT_SIZE];
    if (!w->resource)
        return;
    concrete_path(fact_text(w->resource, "path"), path);
    replace(root, "ResourcePath", path);
    replace(root, "RequestType", fact_get(w->resource, "requests")->child->valuestring);
}

/* --- rows --- */

static void refusal_codes(cJSON *expect)
{
    static const char *const codes[] = {"HCS_E_INVALID_JSON", "HRESULT_ERROR_INVALID_DATA", "E_INVALIDARG"};
    cJSON_AddItemToObject(expect, "either", cJSON_CreateStringArray(codes, 3));
    cJSON_AddStringToObject(expect, "strict", "HCS_E_INVALID_JSON");
}

static void expect_claim(const struct walk *w, cJSON *row, const struct claim *claim)
{
    cJSON *expect = cJSON_AddObjectToObject(row, "expect");
    const char *name = fact_text(w->file->root, "name");
    if (claim->path) {
        refusal_codes(expect);
        if (rows_gives_document(w->file->root))
            cJSON_AddStringToObject(expect, "error", claim->path);
        return;
    }
    cJSON_AddStringToObject(expect, "either", "document-accepted");
    if (!strcmp(name, "HcsCreateComputeSystem") || strstr(name, "Properties") || strstr(name, "Enumerate"))
        cJSON_AddStringToObject(expect, "strict", "S_OK");
}

static void add_version_needs(cJSON *row, int minor, const char *lacks)
{
    char need[32];
    cJSON *needs = cJSON_GetObjectItemCaseSensitive(row, "needs");
    if (minor > NEWEST_EVERYWHERE) {
        snprintf(need, sizeof need, "schema-2.%d", minor);
        cJSON_AddItemToArray(needs, cJSON_CreateString(need));
    }
    if (lacks)
        cJSON_AddItemToArray(needs, cJSON_CreateString(lacks));
}

/* True if a place is inside a variant, whose content is a command to the host's service. Rows do not run such commands
   only to test a field. */
static bool is_order(const struct spot *spot)
{
    for (; spot; spot = spot->parent)
        if (spot->variant)
            return true;
    return false;
}

/* Adds a row; object: the value at spot, which is taken over. */
static void add_row(
    const struct walk *w, const struct spot *spot, const cJSON *field, cJSON *object, const struct claim *claim)
{
    char id[2 * TEXT_SIZE], path[TEXT_SIZE], resource[TEXT_SIZE] = "";
    if (!claim->path && is_order(spot)) {
        cJSON_Delete(object);
        return;
    }
    const cJSON *root = w->file->root;
    const char *function = fact_text(root, "name");
    int minor = claim->minor;
    if (minor < 0)
        minor = field ? minor_at(spot, field) : spot->minor;
    spot_path(spot, path, true);
    if (field)
        add_name(path, fact_text(field, "name"), false);
    if (w->resource)
        snprintf(resource, sizeof resource, "(%s)", fact_text(w->resource, "path"));
    snprintf(id, sizeof id, "%s.document%s%s.%s", function, resource, path, claim->what);
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "id", id);
    cJSON_AddStringToObject(row, "strength", claim->strength);
    cJSON_AddStringToObject(row, "rule", claim->rule);
    rows_arrange(row, root);
    rows_add_needs(row, root);
    if (w->resource && !strncmp(fact_text(w->resource, "path"), "Container", 9)) {
        cJSON_ReplaceItemInObjectCaseSensitive(row, "arrange", cJSON_Parse("[\"system:container/running\"]"));
        cJSON_ReplaceItemInObjectCaseSensitive(row, "needs", cJSON_Parse("[\"container\"]"));
    }
    add_version_needs(row, minor, claim->lacks);
    cJSON *document = wrap(w, spot, object);
    set_version(document, minor > NEWEST_EVERYWHERE || claim->minor >= 0 ? minor : NEWEST_EVERYWHERE,
        field && is_version(spot) ? fact_text(field, "name") : NULL);
    set_resource(w, document);
    char *text = cJSON_PrintUnformatted(document), *argument = allocate(strlen(text) + 6);
    sprintf(argument, "text:%s", text);
    cJSON *arguments = cJSON_AddObjectToObject(cJSON_AddObjectToObject(row, "call"), function);
    cJSON_AddStringToObject(arguments, fact_text(w->parameter, "name"), argument);
    expect_claim(w, row, claim);
    rows_add(w->rows, w->file, w->parameter, row);
    cJSON_Delete(document);
    free(text);
    free(argument);
}

/* Adds a row in which a field has this value, which is taken over. */
static void add_value(const struct walk *w, const struct spot *spot, const cJSON *field, cJSON *value, bool complete,
    const struct claim *claim)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, fact_text(field, "name"), value);
    if (complete)
        sample_complete(w->facts, spot->type, object);
    add_row(w, spot, field, object, claim);
}

static void accept(
    const struct walk *w, const struct spot *spot, const cJSON *field, cJSON *value, const char *what, const char *rule)
{
    if (is_version(spot) && (!strcmp(fact_text(field, "name"), "Major") || !strcmp(what, "most"))) {
        struct claim claim = {what, "unspecified", "J-12", "$.SchemaVersion", -1, NULL};
        add_value(w, spot, field, value, true, &claim);
        return;
    }
    add_value(w, spot, field, value, true, &(struct claim){what, "unspecified", rule, NULL, -1, NULL});
}

static void refuse_at(const struct walk *w, const struct spot *spot, const cJSON *field, cJSON *value, const char *what,
    const char *rule, const char *below)
{
    char path[TEXT_SIZE];
    field_path(spot, field, below, path);
    add_value(w, spot, field, value, true, &(struct claim){what, "unspecified", rule, path, -1, NULL});
}

/* Returns the value as a field of this notation has it: itself, in an array, or in a map. Takes it over. */
static cJSON *shaped(const struct notation *n, cJSON *value)
{
    if (n->shape == NOTATION_ONE)
        return value;
    cJSON *holder = n->shape == NOTATION_ARRAY ? cJSON_CreateArray() : cJSON_CreateObject();
    for (int i = 1; i < n->size; i++)
        cJSON_AddItemToArray(holder, cJSON_Duplicate(value, 1));
    if (n->shape == NOTATION_ARRAY)
        cJSON_AddItemToArray(holder, value);
    else
        cJSON_AddItemToObject(holder, sample_key(n), value);
    return holder;
}

static void below_shape(const struct notation *n, char *text)
{
    *text = 0;
    add_key(text, n, false);
}

static void add_integer_rows(
    const struct walk *w, const struct spot *spot, const cJSON *field, const struct notation *n)
{
    char below[TEXT_SIZE], least_text[32], most_text[32];
    const char *minimum, *maximum, *beyond, *under;
    const cJSON *range = fact_get(field, "range");
    if (!notation_range(n->type, &minimum, &maximum))
        return;
    under = *minimum == '0' ? "-1" : !strcmp(n->type, "int32") ? "-2147483649" : "-9223372036854775809";
    beyond = !strcmp(n->type, "uint8")    ? "256"
             : !strcmp(n->type, "uint16") ? "65536"
             : !strcmp(n->type, "uint32") ? "4294967296"
             : !strcmp(n->type, "int32")  ? "2147483648"
             : !strcmp(n->type, "int64")  ? "9223372036854775808"
                                          : "18446744073709551616";
    if (range) {
        snprintf(least_text, sizeof least_text, "%d", (int)cJSON_GetArrayItem(range, 0)->valuedouble);
        snprintf(most_text, sizeof most_text, "%d", (int)cJSON_GetArrayItem(range, 1)->valuedouble);
        minimum = least_text;
        maximum = most_text;
    }
    below_shape(n, below);
    accept(w, spot, field, shaped(n, cJSON_CreateRaw(minimum)), "least", "J-09");
    accept(w, spot, field, shaped(n, cJSON_CreateRaw(maximum)), "most", "J-09");
    refuse_at(w, spot, field, shaped(n, cJSON_CreateRaw(under)), "below-least", "J-09", below);
    refuse_at(w, spot, field, shaped(n, cJSON_CreateRaw(beyond)), "above-most", "J-09", below);
    refuse_at(w, spot, field, shaped(n, cJSON_CreateRaw("1.5")), "fraction", "J-09", below);
    if (!range)
        return;
    refuse_at(w, spot, field, cJSON_CreateNumber(range->child->valuedouble - 1), "below-range", "J-09", "");
    refuse_at(w, spot, field, cJSON_CreateNumber(range->child->next->valuedouble + 1), "above-range", "J-09", "");
}

static void add_format_rows(const struct walk *w, const struct spot *spot, const cJSON *field, const struct notation *n)
{
    static const char *const bad[][2] = {{"Guid", "{3f2504e0-4f89-11d3-9a0c-0305e82c3301}"},
        {"MacAddress", "00-15-5D-00-00"}, {"MacAddress", "00-15:5D-00-00-01"}, {"DateTime", "yesterday"},
        {"ByteArray", "?"}, {"NullableByteArray", "?"}, {"string_binary", "?"}};
    char below[TEXT_SIZE];
    below_shape(n, below);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!strcmp(bad[i][0], n->type))
            refuse_at(w, spot, field, shaped(n, cJSON_CreateString(bad[i][1])),
                strchr(bad[i][1], ':') ? "mixed-format" : "bad-format", "J-14", below);
}

static void swap_case(char *text)
{
    for (; *text; text++)
        if ((*text | 32) >= 'a' && (*text | 32) <= 'z')
            *text ^= 32;
}

/* Adds a row in which a value is newer than the document's schema version; it counts as unknown. */
static void add_newer_value(const struct walk *w, const struct spot *spot, const cJSON *field, const struct notation *n,
    const cJSON *value, const char *below)
{
    char what[128], path[TEXT_SIZE];
    int minor = notation_minor(value), own = minor_at(spot, field);
    if (minor <= own || minor < 2 || strcmp(fact_text(w->parameter, "document"), "ComputeSystem"))
        return;
    snprintf(what, sizeof what, "too-new.%s", fact_text(value, "name"));
    field_path(spot, field, below, path);
    add_value(w, spot, field, shaped(n, cJSON_CreateString(fact_text(value, "name"))), true,
        &(struct claim){what, "unspecified", "J-12", path, minor - 1, NULL});
}

static void add_enum_rows(
    const struct walk *w, const struct spot *spot, const cJSON *field, const struct notation *n, const cJSON *type)
{
    const cJSON *value;
    char below[TEXT_SIZE], what[128], other[96] = "";
    below_shape(n, below);
    cJSON_ArrayForEach (value, fact_get(type, "values")) {
        const char *name = fact_text(value, "name");
        int minor = notation_minor(value), own = minor_at(spot, field);
        snprintf(what, sizeof what, "value.%s", *name ? name : "empty");
        add_value(w, spot, field, shaped(n, cJSON_CreateString(name)), true,
            &(struct claim){what, "unspecified", "J-08", NULL, minor > own ? minor : own, NULL});
        add_newer_value(w, spot, field, n, value, below);
        if (!*other)
            snprintf(other, sizeof other, "%s", name);
    }
    refuse_at(w, spot, field, shaped(n, cJSON_CreateString("NoSuchValue")), "unknown-value", "J-08", below);
    swap_case(other);
    refuse_at(w, spot, field, shaped(n, cJSON_CreateString(other)), "other-case", "J-08", below);
    if (!fact_true(type, "integers"))
        refuse_at(w, spot, field, shaped(n, cJSON_CreateNumber(1)), "number", "J-08", below);
}

static void add_shape_rows(const struct walk *w, const struct spot *spot, const cJSON *field, const struct notation *n)
{
    char below[TEXT_SIZE];
    below_shape(n, below);
    if (n->shape == NOTATION_ONE)
        return;
    if (!n->size)
        accept(
            w, spot, field, n->shape == NOTATION_ARRAY ? cJSON_CreateArray() : cJSON_CreateObject(), "empty", "J-09");
    if (strcmp(n->type, "Any")) {
        cJSON *element = cJSON_CreateObject();
        cJSON_AddStringToObject(element, "type", n->type);
        cJSON *wrong = sample_of_other_type(w->facts, element);
        refuse_at(w, spot, field, shaped(n, wrong), "wrong-element", "J-09", below);
        cJSON_Delete(element);
    }
    if (n->size) {
        cJSON *few = cJSON_CreateArray(), *many = shaped(n, cJSON_CreateNumber(1));
        cJSON_AddItemToArray(many, cJSON_CreateNumber(1));
        refuse_at(w, spot, field, few, "too-few", "P-11", "");
        refuse_at(w, spot, field, many, "too-many", "P-11", "");
    }
    if (n->shape == NOTATION_MAP && strcmp(n->key, "string")) {
        cJSON *map = cJSON_CreateObject();
        cJSON_AddItemToObject(map, "x", sample_of_type(w->facts, n->type));
        refuse_at(w, spot, field, map, "bad-key", "J-09", ".x");
    }
}

/* Adds a row in which a member is newer than the document's schema version; it counts as unknown, whatever its value.
   For documents that declare no version, the row is for hosts that lack the member in all their schema versions. */
static void add_newer_row(const struct walk *w, const struct spot *spot, const cJSON *field)
{
    int minor = notation_minor(field);
    char lacks[32];
    if (minor < 2 || !strcmp(fact_text(field, "type"), "Any"))
        return;
    struct claim claim = {"too-new", "observed", "J-12", NULL, minor - 1, NULL};
    if (strcmp(fact_text(w->parameter, "document"), "ComputeSystem")) {
        if (spot->minor >= minor)
            return;
        snprintf(lacks, sizeof lacks, "no-schema-2.%d", minor);
        claim.minor = 0;
        claim.lacks = lacks;
    } else if (spot->minor > minor - 1)
        return; /* its parent is too new itself and has a row for that */
    add_value(w, spot, field, sample_of_other_type(w->facts, field), true, &claim);
}

/* True if the member is required in this object. */
static bool is_required(const cJSON *field, const cJSON *object)
{
    const cJSON *when = fact_get(field, "requiredWhen");
    const char *value = when ? fact_text(object, fact_text(when, "member")) : NULL;
    return fact_true(field, "required") || (value && !strcmp(value, fact_text(when, "is")));
}

/* If the object needs one member of a group and has none, adds one, but not that of this name. */
static void add_other_member(const struct walk *w, const struct spot *spot, cJSON *object, const char *name)
{
    static const char *const groups[] = {"exclusive", "needed"};
    const cJSON *group, *member;
    for (int i = 0; i < 2; i++)
        cJSON_ArrayForEach (group, fact_get(spot->type, groups[i])) {
            const cJSON *field, *other = NULL;
            bool there = i == 0 && !fact_true(group, "exactly");
            cJSON_ArrayForEach (member, fact_get(group, "members")) {
                const cJSON *value = fact_get(object, member->valuestring);
                there |= value && !cJSON_IsNull(value);
            }
            cJSON_ArrayForEach (field, fact_get(spot->type, "fields"))
                cJSON_ArrayForEach (member, fact_get(group, "members"))
                    if (!other && strcmp(member->valuestring, name) &&
                        !strcmp(member->valuestring, fact_text(field, "name")))
                        other = field;
            if (!there)
                cJSON_AddItemToObject(object, fact_text(other, "name"), sample_of_field(w->facts, other));
        }
}

/* Adds a row with an object in which a member is absent or null, which is refused if the member is required. */
static void add_absent(
    const struct walk *w, const struct spot *spot, const cJSON *field, cJSON *object, struct claim *claim)
{
    char path[TEXT_SIZE];
    bool required = is_required(field, object);
    field_path(spot, field, "", path);
    claim->rule = required ? "J-11" : "J-09";
    claim->path = required ? path : NULL;
    if (is_version(spot) && !strcmp(fact_text(field, "name"), "Major")) {
        claim->rule = "J-12";
        claim->path = "$.SchemaVersion";
    }
    add_row(w, spot, field, object, claim);
}

/* Adds a row with an object that has its simple members but not this one. */
static void add_missing_row(const struct walk *w, const struct spot *spot, const cJSON *field)
{
    const cJSON *other, *group, *member;
    cJSON *object = cJSON_CreateObject();
    const char *name = fact_text(field, "name");
    cJSON_ArrayForEach (other, fact_get(spot->type, "fields")) {
        bool grouped = false;
        cJSON_ArrayForEach (group, fact_get(spot->type, "exclusive"))
            cJSON_ArrayForEach (member, fact_get(group, "members"))
                grouped |= !strcmp(member->valuestring, fact_text(other, "name"));
        struct notation n = notation_of(fact_text(other, "type"));
        if (other == field || grouped || n.shape != NOTATION_ONE || !notation_is_plain(n.type) ||
            fact_get(other, "variant") ||
            notation_minor(other) > (spot->minor > NEWEST_EVERYWHERE ? spot->minor : NEWEST_EVERYWHERE))
            continue;
        cJSON_AddItemToObject(object, fact_text(other, "name"), sample_of_field(w->facts, other));
    }
    sample_complete(w->facts, spot->type, object);
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    add_other_member(w, spot, object, name);
    bool required = is_required(field, object);
    add_absent(w, spot, field, object,
        &(struct claim){.what = "missing", .strength = required ? "observed" : "unspecified", .minor = spot->minor});
}

static void add_null_row(const struct walk *w, const struct spot *spot, const cJSON *field)
{
    const char *name = fact_text(field, "name");
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNullToObject(object, name);
    sample_complete(w->facts, spot->type, object);
    add_other_member(w, spot, object, name);
    add_absent(w, spot, field, object, &(struct claim){.what = "null", .strength = "unspecified", .minor = -1});
}

static void add_field(const struct walk *w, const struct spot *spot, const cJSON *field)
{
    struct notation n = notation_of(fact_text(field, "type"));
    const cJSON *type = facts_schema_type(w->facts, n.type);
    bool any = !strcmp(n.type, "Any") && n.shape == NOTATION_ONE;
    if (w->resource && strcmp(fact_text(field, "name"), "Settings") && !spot->field)
        return; /* the fields of the request have rows already, without a resource */
    if (!w->resource || spot->field) {
        add_null_row(w, spot, field);
        add_missing_row(w, spot, field);
        add_newer_row(w, spot, field);
    }
    if (!any)
        refuse_at(w, spot, field, sample_of_other_type(w->facts, field), "wrong-type", "J-09", "");
    add_shape_rows(w, spot, field, &n);
    add_integer_rows(w, spot, field, &n);
    add_format_rows(w, spot, field, &n);
    if (type && facts_is_enum(type))
        add_enum_rows(w, spot, field, &n, type);
}

/* --- the walk: breadth first, so that each type is found at its place nearest to the document's root --- */

static bool met(const struct walk *w, const cJSON *type)
{
    for (int i = 0; i < w->count; i++)
        if (w->spots[i].type == type)
            return true;
    return false;
}

static void enter(struct walk *w, const struct spot *parent, const cJSON *field, const char *name, const cJSON *variant)
{
    const cJSON *type = facts_schema_type(w->facts, name);
    if (!type || facts_is_enum(type) || met(w, type) || w->count == MAX_PLACES)
        return;
    int minor = parent ? parent->minor : 0;
    if (field && notation_minor(field) > minor)
        minor = notation_minor(field);
    w->spots[w->count++] = (struct spot){parent, field, type, minor, variant};
}

static void enter_fields(struct walk *w, const struct spot *spot)
{
    const cJSON *field, *item;
    cJSON_ArrayForEach (field, fact_get(spot->type, "fields")) {
        struct notation n = notation_of(fact_text(field, "type"));
        const cJSON *variant = fact_get(field, "variant");
        const char *fixed = fact_text(variant, "type");
        enter(w, spot, field, fixed ? fixed : n.type, NULL);
        cJSON_ArrayForEach (item, fact_get(variant, "types"))
            enter(w, spot, field, item->valuestring, item);
    }
}

static void walk_document(struct walk *w)
{
    const cJSON *field;
    enter(w, NULL, NULL, fact_text(w->parameter, "document"), NULL);
    for (int i = 0; i < w->count; i++)
        enter_fields(w, &w->spots[i]);
    for (int i = 0; i < w->count; i++)
        cJSON_ArrayForEach (field, fact_get(w->spots[i].type, "fields"))
            add_field(w, &w->spots[i], field);
}

/* Walks through the settings of one resource, as if the request declared their type. */
static void walk_resource(struct walk *w, const cJSON *resource)
{
    const char *settings = fact_text(resource, "settings");
    if (!settings)
        return;
    cJSON *field = cJSON_CreateObject(), *item;
    cJSON_AddStringToObject(field, "name", "Settings");
    cJSON_AddStringToObject(field, "type", settings);
    cJSON_AddStringToObject(field, "version", "2.0");
    w->resource = resource;
    w->count = 0;
    enter(w, NULL, NULL, fact_text(w->parameter, "document"), NULL);
    add_field(w, &w->spots[0], field);
    enter(w, &w->spots[0], field, settings, NULL);
    for (int i = 1; i < w->count; i++)
        enter_fields(w, &w->spots[i]);
    for (int i = 1; i < w->count; i++)
        cJSON_ArrayForEach (item, fact_get(w->spots[i].type, "fields"))
            add_field(w, &w->spots[i], item);
    cJSON_Delete(field);
}

static void walk_parameter(struct walk *w)
{
    const cJSON *resource;
    w->count = 0;
    w->resource = NULL;
    walk_document(w);
    if (!strcmp(fact_text(w->parameter, "document"), "ModifySettingRequest"))
        cJSON_ArrayForEach (resource, fact_get(w->facts->resources.root, "resources"))
            walk_resource(w, resource);
}

void rows_from_schema(const struct facts *facts, struct rows *rows)
{
    static struct walk w;
    for (size_t i = 0; i < facts->function_count; i++) {
        const cJSON *root = facts->functions[i].root;
        if (!facts_is_exported(root) || !fact_true(root, "implemented"))
            continue;
        w = (struct walk){.facts = facts, .rows = rows, .file = &facts->functions[i]};
        cJSON_ArrayForEach (w.parameter, fact_get(root, "parameters"))
            if (facts_takes_document(w.parameter))
                walk_parameter(&w);
    }
}
