/* Documents against the schema as it is written. Entry point: conform_check(). */
#include "conform.h"
#include "base/command/suggest.h"
#include "notation.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
    const struct facts *facts;
    char path[256];
    char *mistake;
    size_t size;
};

static bool check_type(struct place *place, const char *name, const cJSON *value);

static bool refuse(struct place *place, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(struct place *place, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(place->mistake, place->size, "%s: %s", place->path, text);
    return false;
}

static const char *next_in_list(const void *list, unsigned i)
{
    const cJSON *item = cJSON_GetArrayItem(list, (int)i);
    return item ? fact_text(item, "name") : NULL;
}

static bool refuse_name(struct place *place, const char *what, const char *name, const cJSON *list)
{
    const char *meant = suggest_name(name, next_in_list, list);
    return refuse(place, "unknown %s '%s'%s%s%s", what, name, meant ? "; did you mean '" : "", meant ? meant : "",
        meant ? "'?" : "");
}

/* An HRESULT without a name: up to eight hexadecimal digits, or a number of 32 bits, signed or not. */
static bool is_code(const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    double number = value->valuedouble;
    if (!text)
        return cJSON_IsNumber(value) && number >= INT32_MIN && number <= UINT32_MAX &&
               !(fabs(number - trunc(number)) > 0);
    size_t digits = strncmp(text, "0x", 2) ? 0 : strspn(text + 2, "0123456789abcdefABCDEF");
    return digits && digits <= 8 && !text[2 + digits];
}

static bool check_enum(struct place *place, const cJSON *type, const cJSON *value)
{
    const char *name = cJSON_GetStringValue(value);
    const char *from = fact_text(type, "from");
    bool codes = from && !strcmp(from, "hresults");
    if (codes && is_code(value))
        return true;
    if (!name)
        return refuse(place, "a value of %s expected", type->string);
    if (codes ? facts_hresult(place->facts, name, NULL) : fact_find(fact_get(type, "values"), "name", name) != NULL)
        return true;
    return refuse_name(
        place, "value", name, codes ? fact_get(place->facts->hresults.root, "hresults") : fact_get(type, "values"));
}

static bool check_plain(struct place *place, const char *type, const cJSON *value)
{
    const char *least, *most;
    if (!strcmp(type, "Any"))
        return true;
    if (!strcmp(type, "bool"))
        return cJSON_IsBool(value) || refuse(place, "true or false expected");
    if (!notation_range(type, &least, &most))
        return cJSON_IsString(value) || refuse(place, "a text expected");
    double number = value->valuedouble;
    if (!cJSON_IsNumber(value) || number < strtod(least, NULL) || number > strtod(most, NULL) ||
        fabs(number - trunc(number)) > 0)
        return refuse(place, "a whole number from %s to %s expected", least, most);
    return true;
}

static bool check_range(struct place *place, const cJSON *field, const cJSON *value)
{
    const cJSON *range = fact_get(field, "range");
    if (!range || !cJSON_IsNumber(value))
        return true;
    double least = cJSON_GetArrayItem(range, 0)->valuedouble, most = cJSON_GetArrayItem(range, 1)->valuedouble;
    return (value->valuedouble >= least && value->valuedouble <= most) ||
           refuse(place, "a number from %.0f to %.0f expected", least, most);
}

static bool check_elements(struct place *place, const struct notation *notation, const cJSON *value)
{
    const cJSON *item;
    size_t length = strlen(place->path);
    int i = 0;
    if (notation->shape == NOTATION_ARRAY ? !cJSON_IsArray(value) : !cJSON_IsObject(value))
        return refuse(place, notation->shape == NOTATION_ARRAY ? "a list expected" : "an object expected");
    if (notation->size && cJSON_GetArraySize(value) != notation->size)
        return refuse(place, "%d elements expected", notation->size);
    cJSON_ArrayForEach (item, value) {
        if (item->string)
            snprintf(place->path + length, sizeof place->path - length, ".%s", item->string);
        else
            snprintf(place->path + length, sizeof place->path - length, "[%d]", i++);
        if (!check_type(place, notation->type, item))
            return false;
    }
    place->path[length] = 0;
    return true;
}

/* A member that is null counts as absent. */
static bool has(const cJSON *object, const char *name)
{
    const cJSON *member = fact_get(object, name);
    return member && !cJSON_IsNull(member);
}

static bool check_required(struct place *place, const cJSON *type, const cJSON *object)
{
    const cJSON *field, *group, *member;
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const char *name = fact_text(field, "name");
        const cJSON *when = fact_get(field, "requiredWhen");
        const char *value = when ? fact_text(object, fact_text(when, "member")) : NULL;
        if ((fact_true(field, "required") || (value && !strcmp(value, fact_text(when, "is")))) && !has(object, name))
            return refuse(place, "'%s' is needed", name);
    }
    cJSON_ArrayForEach (group, fact_get(type, "exclusive")) {
        int count = 0;
        cJSON_ArrayForEach (member, fact_get(group, "members"))
            count += has(object, member->valuestring);
        if (count > 1 || (!count && fact_true(group, "exactly")))
            return refuse(place, "one of the members of %s expected, not %d", type->string, count);
    }
    return true;
}

static bool check_field(struct place *place, const cJSON *field, const cJSON *value)
{
    struct notation notation = notation_of(fact_text(field, "type"));
    if (cJSON_IsNull(value))
        return true;
    if (notation.shape != NOTATION_ONE)
        return check_elements(place, &notation, value);
    return check_type(place, notation.type, value) && check_range(place, field, value);
}

static bool check_object(struct place *place, const cJSON *type, const cJSON *object)
{
    const cJSON *member;
    size_t length = strlen(place->path);
    if (!cJSON_IsObject(object))
        return refuse(place, "an object of %s expected", type->string);
    cJSON_ArrayForEach (member, object) {
        const cJSON *field = fact_find(fact_get(type, "fields"), "name", member->string);
        if (!field)
            return refuse_name(place, "member", member->string, fact_get(type, "fields"));
        snprintf(place->path + length, sizeof place->path - length, ".%s", member->string);
        if (!check_field(place, field, member))
            return false;
        place->path[length] = 0;
    }
    return check_required(place, type, object);
}

static bool check_type(struct place *place, const char *name, const cJSON *value)
{
    const cJSON *type = facts_schema_type(place->facts, name);
    if (!type)
        return check_plain(place, name, value);
    return facts_is_enum(type) ? check_enum(place, type, value) : check_object(place, type, value);
}

bool conform_check(const struct facts *facts, const char *type, const cJSON *value, char *mistake, size_t size)
{
    struct place place = {.facts = facts, .path = "$", .mistake = mistake, .size = size};
    return check_type(&place, type, value);
}
