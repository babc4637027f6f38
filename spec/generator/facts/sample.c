/* Example documents made from the schema. Entry points: sample_of_field(), sample_complete(). */
#include "sample.h"
#include <string.h>

#define SOME_GUID "3f2504e0-4f89-11d3-9a0c-0305e82c3301"

static cJSON *sample_of_plain(const char *type)
{
    static const char *const texts[][2] = {{"string", "x"}, {"Guid", SOME_GUID}, {"MacAddress", "00-15-5D-00-00-01"},
        {"DateTime", "2026-01-01T00:00:00Z"}, {"ByteArray", "AAAA"}, {"NullableByteArray", "AAAA"},
        {"string_binary", "AAAA"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strcmp(texts[i][0], type))
            return cJSON_CreateString(texts[i][1]);
    if (!strcmp(type, "bool"))
        return cJSON_CreateTrue();
    return strcmp(type, "Any") ? cJSON_CreateNumber(2) : cJSON_CreateObject();
}

cJSON *sample_of_type(const struct facts *facts, const char *name)
{
    const cJSON *type = facts_schema_type(facts, name);
    if (!type)
        return sample_of_plain(name);
    if (!facts_is_enum(type)) {
        cJSON *object = cJSON_CreateObject();
        sample_complete(facts, type, object);
        return object;
    }
    const cJSON *oldest = NULL, *value; /* the first of the oldest values, which every host with the field has */
    cJSON_ArrayForEach (value, fact_get(type, "values"))
        if (!oldest || notation_minor(value) < notation_minor(oldest))
            oldest = value;
    return cJSON_CreateString(fact_text(oldest, "name"));
}

const char *sample_guid(void)
{
    return SOME_GUID;
}

const char *sample_key(const struct notation *notation)
{
    return strcmp(notation->key, "Guid") ? "0" : SOME_GUID;
}

cJSON *sample_of_field(const struct facts *facts, const cJSON *field)
{
    struct notation n = notation_of(fact_text(field, "type"));
    if (fact_text(field, "sample")) /* a text that has no effect */
        return cJSON_CreateString(fact_text(field, "sample"));
    if (n.shape == NOTATION_MAP)
        return cJSON_CreateObject();
    if (n.shape == NOTATION_ONE)
        return sample_of_type(facts, n.type);
    cJSON *array = cJSON_CreateArray();
    for (int i = 0; i < n.size; i++)
        cJSON_AddItemToArray(array, sample_of_type(facts, n.type));
    return array;
}

cJSON *sample_of_other_type(const struct facts *facts, const cJSON *field)
{
    struct notation n = notation_of(fact_text(field, "type"));
    const char *minimum, *maximum;
    const cJSON *type = facts_schema_type(facts, n.type);
    if (n.shape == NOTATION_ONE && ((type && facts_is_enum(type)) || (!type && strcmp(n.type, "bool") &&
                                                                         !notation_range(n.type, &minimum, &maximum))))
        return cJSON_CreateTrue();
    return cJSON_CreateString("no such value");
}

static void add_sample(const struct facts *facts, const cJSON *field, cJSON *object)
{
    const char *name = fact_text(field, "name");
    if (!fact_get(object, name))
        cJSON_AddItemToObject(object, name, sample_of_field(facts, field));
}

/* Adds the first member of a group unless the object has one of them. */
static void complete_group(const struct facts *facts, const cJSON *type, const cJSON *group, cJSON *object)
{
    const cJSON *member;
    cJSON_ArrayForEach (member, fact_get(group, "members"))
        if (fact_get(object, member->valuestring))
            return;
    const char *first = fact_get(group, "members")->child->valuestring;
    add_sample(facts, fact_find(fact_get(type, "fields"), "name", first), object);
}

void sample_complete(const struct facts *facts, const cJSON *type, cJSON *object)
{
    const cJSON *field, *group;
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const cJSON *when = fact_get(field, "requiredWhen");
        if (when && fact_get(object, fact_text(field, "name")) && !fact_get(object, fact_text(when, "member")))
            cJSON_AddStringToObject(object, fact_text(when, "member"), fact_text(when, "is"));
    }
    cJSON_ArrayForEach (field, fact_get(type, "fields"))
        if (fact_true(field, "required"))
            add_sample(facts, field, object);
    cJSON_ArrayForEach (field, fact_get(type, "fields")) {
        const cJSON *when = fact_get(field, "requiredWhen");
        const char *value = when ? fact_text(object, fact_text(when, "member")) : NULL;
        if (value && !strcmp(value, fact_text(when, "is")))
            add_sample(facts, field, object);
    }
    cJSON_ArrayForEach (group, fact_get(type, "exclusive"))
        if (fact_true(group, "exactly"))
            complete_group(facts, type, group, object);
    cJSON_ArrayForEach (group, fact_get(type, "needed"))
        complete_group(facts, type, group, object);
}
