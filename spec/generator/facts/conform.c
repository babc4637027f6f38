/* Checks documents against the facts of the schema. Entry point: conform_check(). */
#include "conform.h"
#include "base/command/suggest.h"
#include "base/text/format.h"
#include "base/text/identity.h"
#include "base/text/json_scan.h"
#include "effect.h"
#include "notation.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOUBLE_EXACT 9007199254740992.0 /* integers beyond it are rounded */

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

/* The HRESULT of a failure, without a name: hexadecimal digits, or a number of 32 bits, signed or not. */
static bool is_code(const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    double number = value->valuedouble;
    if (!text)
        return cJSON_IsNumber(value) && number >= INT32_MIN && number <= UINT32_MAX &&
               (number < 0 || number > INT32_MAX) && !(fabs(number - trunc(number)) > 0);
    uint32_t code;
    return format_read_code(text, &code) && code > INT32_MAX;
}

static bool check_enum(struct place *place, const cJSON *type, const cJSON *value)
{
    const char *name = cJSON_GetStringValue(value);
    const char *from = fact_text(type, "from");
    bool codes = from && !strcmp(from, "hresults");
    if (codes && is_code(value))
        return true;
    if (!name)
        return refuse(place, "expected a value of %s", type->string);
    uint32_t code = 0;
    if (codes ? facts_hresult(place->facts, name, &code) && code > INT32_MAX
              : fact_find(fact_get(type, "values"), "name", name) != NULL)
        return true;
    return refuse_name(
        place, "value", name, codes ? fact_get(place->facts->hresults.root, "hresults") : fact_get(type, "values"));
}

static bool check_text(struct place *place, const char *type, const cJSON *value)
{
    static const struct {
        const char *type;
        bool (*fits)(const char *);
        const char *expected;
    } formats[] = {{"Guid", identity_is_guid, "expected a GUID"},
        {"MacAddress", format_is_mac_address, "expected a MAC address such as 00-15-5D-00-00-01"},
        {"DateTime", format_is_date_time, "expected an RFC 3339 time"},
        {"ByteArray", format_is_base64, "expected bytes in base64"},
        {"NullableByteArray", format_is_base64, "expected bytes in base64"},
        {"string_binary", format_is_base64, "expected bytes in base64"}};
    const char *text = cJSON_GetStringValue(value);
    if (!text)
        return refuse(place, "expected a string");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].type, type) && !formats[i].fits(text))
            return refuse(place, "%s", formats[i].expected);
    return true;
}

static bool check_plain(struct place *place, const char *type, const cJSON *value)
{
    const char *least, *most;
    if (!strcmp(type, "Any"))
        return true;
    if (!strcmp(type, "bool"))
        return cJSON_IsBool(value) || refuse(place, "expected true or false");
    if (!notation_range(type, &least, &most))
        return check_text(place, type, value);
    double number = value->valuedouble, limit = strtod(most, NULL);
    bool beyond = number > limit || (number == limit && limit > DOUBLE_EXACT); /* 2^64 - 1 would be 2^64 */
    if (!cJSON_IsNumber(value) || number < strtod(least, NULL) || beyond || fabs(number - trunc(number)) > 0)
        return refuse(place, "expected an integer from %s to %s", least, most);
    return true;
}

static bool check_range(struct place *place, const cJSON *field, const cJSON *value)
{
    const cJSON *range = fact_get(field, "range");
    if (!range || !cJSON_IsNumber(value))
        return true;
    double least = cJSON_GetArrayItem(range, 0)->valuedouble, most = cJSON_GetArrayItem(range, 1)->valuedouble;
    return (value->valuedouble >= least && value->valuedouble <= most) ||
           refuse(place, "expected a number from %.0f to %.0f", least, most);
}

/* The name of an element of a map. */
static bool check_key(struct place *place, const struct notation *notation, const char *name)
{
    const char *least, *most;
    char *end;
    if (!strcmp(notation->key, "Guid"))
        return identity_is_guid(name) || refuse(place, "the name must be a GUID");
    if (notation->shape != NOTATION_MAP || !notation_range(notation->key, &least, &most))
        return true;
    errno = 0;
    unsigned long long number = strtoull(name, &end, 10);
    return (isdigit((unsigned char)*name) && (*name != '0' || !name[1]) && !*end && !errno &&
               number <= strtoull(most, NULL, 10)) ||
           refuse(place, "the name must be a number that fits");
}

static bool check_elements(struct place *place, const struct notation *notation, const cJSON *value)
{
    const cJSON *item;
    size_t length = strlen(place->path);
    int i = 0;
    if (notation->shape == NOTATION_ARRAY ? !cJSON_IsArray(value) : !cJSON_IsObject(value))
        return refuse(place, notation->shape == NOTATION_ARRAY ? "expected an array" : "expected an object");
    if (notation->size && cJSON_GetArraySize(value) != notation->size)
        return refuse(place, "expected %d elements", notation->size);
    cJSON_ArrayForEach (item, value) {
        if (item->string)
            snprintf(place->path + length, sizeof place->path - length, ".%s", item->string);
        else
            snprintf(place->path + length, sizeof place->path - length, "[%d]", i++);
        if (item->string && fact_get(value, item->string) != item)
            return refuse(place, "it occurs twice");
        if ((item->string && !check_key(place, notation, item->string)) || !check_type(place, notation->type, item))
            return false;
    }
    place->path[length] = 0;
    return true;
}

static bool check_list(struct place *place, const cJSON *field, const cJSON *list)
{
    if (fact_true(field, "nonEmpty") && !list->child)
        return refuse(place, "at least one element is required");
    if (fact_true(field, "ordered") && list->child->valuedouble > list->child->next->valuedouble)
        return refuse(place, "the smaller number comes first");
    return true;
}

/* True if the object has the member; null counts as absent. */
static bool has(const cJSON *object, const char *name)
{
    const cJSON *member = fact_get(object, name);
    return member && !cJSON_IsNull(member);
}

/* Refuses a field, or its value, that is not possible with the value of another member. */
static bool check_condition(
    struct place *place, const cJSON *object, const char *subject, const cJSON *condition, const char *member)
{
    char words[256];
    if (!condition || effect_fits(place->facts, condition, fact_text(object, member)))
        return true;
    effect_words(condition, member, words, sizeof words);
    return refuse(place, "'%s' is possible only with %s", subject, words);
}

static bool check_company(struct place *place, const cJSON *field, const cJSON *object)
{
    const char *name = fact_text(field, "name"), *value = fact_text(object, name);
    const cJSON *condition;
    if (!has(object, name))
        return true;
    cJSON_ArrayForEach (condition, fact_get(field, "onlyWith"))
        if (!check_condition(place, object, name, condition, condition->string))
            return false;
    return !value || check_condition(place, object, value, effect_of_value(place->facts, field, value),
                         fact_text(field, "valuesWith"));
}

static bool check_order(struct place *place, const cJSON *field, const cJSON *object)
{
    const char *low = fact_text(field, "name"), *high = fact_text(fact_get(field, "notAbove"), "member");
    const cJSON *least = fact_get(object, low), *most = high ? fact_get(object, high) : NULL;
    return !least || !most || !cJSON_IsNumber(least) || !cJSON_IsNumber(most) ||
           least->valuedouble <= most->valuedouble || refuse(place, "'%s' is greater than '%s'", low, high);
}

static bool check_required(struct place *place, const cJSON *type, const cJSON *object)
{
    const cJSON *field, *group, *member;
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const char *name = fact_text(field, "name");
        const cJSON *when = fact_get(field, "requiredWhen");
        const char *value = when ? fact_text(object, fact_text(when, "member")) : NULL;
        if ((fact_true(field, "required") || (value && !strcmp(value, fact_text(when, "is")))) && !has(object, name))
            return refuse(place, "'%s' is required", name);
        if (!check_company(place, field, object) || !check_order(place, field, object))
            return false;
    }
    cJSON_ArrayForEach (group, fact_get(type, "exclusive")) {
        int count = 0;
        cJSON_ArrayForEach (member, fact_get(group, "members"))
            count += has(object, member->valuestring);
        if (count > 1 || (!count && fact_true(group, "exactly")))
            return refuse(place, "expected one member of a group of %s, found %d", type->string, count);
    }
    return true;
}

static bool check_field(struct place *place, const cJSON *field, const cJSON *value)
{
    struct notation notation = notation_of(fact_text(field, "type"));
    const char *fixed = fact_text(fact_get(field, "variant"), "type"); /* of what is declared as Any */
    if (cJSON_IsNull(value))
        return true;
    if (fixed)
        return check_type(place, fixed, value);
    if (notation.shape != NOTATION_ONE)
        return check_elements(place, &notation, value) && check_list(place, field, value);
    return check_type(place, notation.type, value) && check_range(place, field, value);
}

static bool refuse_at(struct place *place, const char *member, const char *why)
{
    snprintf(place->path + strlen(place->path), sizeof place->path - strlen(place->path), ".%s", member);
    return refuse(place, "%s", why);
}

/* The schema version of a system that the newest host must have. */
static bool check_version(struct place *place, const cJSON *system)
{
    const cJSON *host, *version = fact_get(system, "SchemaVersion");
    int newest = 0;
    cJSON_ArrayForEach (host, fact_get(place->facts->hosts.root, "hosts"))
        newest = atoi(fact_text(host, "schema") + 2);
    if (!has(system, "SchemaVersion") ||
        (fact_number(version, "Major", 0) == 2 && fact_number(version, "Minor", 0) <= newest))
        return true;
    char why[64];
    snprintf(why, sizeof why, "hosts have the schema versions 2.0 to 2.%d", newest);
    return refuse_at(place, "SchemaVersion", why);
}

/* A property that a query could ask for: of the service, or of a system. Basic is in queries, and in no answer. */
static bool check_property(struct place *place, const cJSON *property)
{
    static const char *const of_service[] = {"GetPropertyType", "ServicePropertyOfClients", NULL};
    static const char *const of_system[] = {"System_PropertyType", NULL};
    const char *name = fact_text(property, "name");
    bool is_of_system = has(property, "system");
    for (const char *const *type = is_of_system ? of_system : of_service; *type; type++)
        if (fact_find(fact_get(facts_schema_type(place->facts, *type), "values"), "name", name) &&
            !(is_of_system && !strcmp(name, "Basic")))
            return true;
    return refuse_at(
        place, "name", is_of_system ? "a system has no such property" : "the service has no such property");
}

static bool check_object(struct place *place, const cJSON *type, const cJSON *object)
{
    const cJSON *member;
    size_t length = strlen(place->path);
    if (!cJSON_IsObject(object))
        return refuse(place, "expected an object of type %s", type->string);
    cJSON_ArrayForEach (member, object) {
        const cJSON *field = fact_find(fact_get(type, "fields"), "name", member->string);
        if (!field)
            return refuse_name(place, "member", member->string, fact_get(type, "fields"));
        snprintf(place->path + length, sizeof place->path - length, ".%s", member->string);
        if (fact_get(object, member->string) != member)
            return refuse(place, "it occurs twice");
        if (!check_field(place, field, member))
            return false;
        place->path[length] = 0;
    }
    return check_required(place, type, object) &&
           (strcmp(type->string, "ComputeSystem") != 0 || check_version(place, object)) &&
           (strcmp(type->string, "ScenarioProperty") != 0 || check_property(place, object));
}

static bool check_type(struct place *place, const char *name, const cJSON *value)
{
    const cJSON *type = facts_schema_type(place->facts, name);
    if (!type)
        return check_plain(place, name, value);
    return facts_is_enum(type) ? check_enum(place, type, value) : check_object(place, type, value);
}

bool conform_check(const struct facts *facts, const char *type, const char *text, char *mistake, size_t size)
{
    struct place place = {.facts = facts, .path = "$", .mistake = mistake, .size = size};
    struct json_fault fault = json_scan(text, strlen(text));
    if (fault.place)
        return refuse(&place, "column %d: %s", (int)(fault.place - text) + 1, fault.what);
    cJSON *value = cJSON_Parse(text);
    bool conforms = check_type(&place, type, value);
    cJSON_Delete(value);
    return conforms;
}
