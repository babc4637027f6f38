/* The shape of results. Entry point: shape_fits(). Supports only the JSON Schema keywords for types and
   values that result.schema.json uses. */
#include "shape.h"
#include "document/document.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

struct check {
    const cJSON *schema; /* the whole schema */
    char path[200], *wrong;
    size_t size;
};

static const cJSON *word(const cJSON *schema, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(schema, name);
}

static const char *type_of(const cJSON *value)
{
    return cJSON_IsString(value)   ? "a string"
           : cJSON_IsNumber(value) ? "a number"
           : cJSON_IsBool(value)   ? "a boolean"
           : cJSON_IsObject(value) ? "an object"
           : cJSON_IsArray(value)  ? "an array"
                                   : "null";
}

static bool is_of_type(const cJSON *value, const char *type)
{
    if (!strcmp(type, "integer"))
        return cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble);
    const char *own = type_of(value);
    return !strcmp(strchr(own, ' ') ? strchr(own, ' ') + 1 : own, type);
}

static bool refuse(struct check *check, const char *format, const char *found, const char *wanted)
{
    int length = snprintf(check->wrong, check->size, "%s ", check->path);
    if (length > 0 && (size_t)length < check->size)
        snprintf(check->wrong + length, check->size - (size_t)length, format, found, wanted);
    return false;
}

static bool is_among(const cJSON *value, const cJSON *list)
{
    const cJSON *known;
    cJSON_ArrayForEach (known, list)
        if (cJSON_Compare(value, known, true))
            return true;
    return false;
}

static bool check_number(struct check *check, const cJSON *value, const cJSON *schema)
{
    const cJSON *least = word(schema, "minimum"), *above = word(schema, "exclusiveMinimum");
    const cJSON *most = word(schema, "maximum");
    if (most && value->valuedouble > most->valuedouble)
        return refuse(check, "is more than it can be%s%s", "", "");
    return (least && value->valuedouble < least->valuedouble) || (above && value->valuedouble <= above->valuedouble)
               ? refuse(check, "is less than it can be%s%s", "", "")
               : true;
}

static bool check_value(struct check *check, const cJSON *value, const cJSON *schema);

/* Checks a member or an element, with its name or index appended to the path. */
static bool check_below(struct check *check, const char *name, int index, const cJSON *value, const cJSON *schema)
{
    size_t length = strlen(check->path), room = sizeof check->path - length;
    if (name)
        snprintf(check->path + length, room, "%s%.60s", length ? "." : "", name);
    else
        snprintf(check->path + length, room, "[%d]", index);
    bool good = check_value(check, value, schema);
    check->path[length] = 0;
    return good;
}

static bool check_members(struct check *check, const cJSON *object, const cJSON *schema)
{
    const cJSON *member, *others = word(schema, "additionalProperties");
    cJSON_ArrayForEach (member, object) {
        const cJSON *known = word(word(schema, "properties"), member->string);
        if (!known)
            known = others;
        if (known && !check_below(check, member->string, 0, member, known))
            return false;
    }
    return true;
}

static bool check_elements(struct check *check, const cJSON *array, const cJSON *schema)
{
    const cJSON *element, *known = word(schema, "items");
    int index = 0;
    cJSON_ArrayForEach (element, array)
        if (!check_below(check, NULL, index++, element, known))
            return false;
    return true;
}

static bool check_value(struct check *check, const cJSON *value, const cJSON *schema)
{
    const char *reference = document_text(schema, "$ref");
    if (reference) /* "#/$defs/NAME" */
        schema = word(word(check->schema, "$defs"), strrchr(reference, '/') + 1);
    const char *type = document_text(schema, "type");
    const cJSON *list = word(schema, "enum");
    if (cJSON_IsFalse(schema))
        return refuse(check, "is no member of a result%s%s", "", "");
    if (type && !is_of_type(value, type))
        return refuse(check, "is %s; it must be of type %s", type_of(value), type);
    if (list && !is_among(value, list))
        return refuse(check, "is %s%s that it can't be", type_of(value),
            cJSON_IsString(value) || cJSON_IsNumber(value) ? "" : ",");
    if (cJSON_IsNumber(value))
        return check_number(check, value, schema);
    if (cJSON_IsArray(value))
        return check_elements(check, value, schema);
    return !cJSON_IsObject(value) || check_members(check, value, schema);
}

bool shape_fits(const cJSON *root, char *wrong, size_t size)
{
    struct check check = {.schema = NULL, .path = "", .wrong = wrong, .size = size};
    cJSON *schema = cJSON_Parse(result_schema);
    check.schema = schema;
    bool good = check_value(&check, root, schema);
    cJSON_Delete(schema);
    return good;
}
