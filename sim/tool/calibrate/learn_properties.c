/* Values of properties. Entry points: learn_properties(), learn_each_property(). */
#include "base/allocate.h"
#include "document/document.h"
#include "host/configuration.h"
#include "host/properties.h"
#include "learn.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct learnt_property response(const struct recorded_answer *answer, const cJSON *item)
{
    struct learnt_property property = {.answer = answer, .name = item->string, .result = E_FAIL};
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(item, FIELD_PropertyResponse_Error);
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(error, FIELD_ResultError_Error);
    property.value = cJSON_GetObjectItemCaseSensitive(item, FIELD_PropertyResponse_Response);
    if (cJSON_IsNumber(code))
        property.result = (HRESULT)(int64_t)code->valuedouble;
    return property;
}

/* The answer of the service to the older form has an element for each name that it knows. */
static void each_of_list(const struct recorded_answer *answer, const cJSON *list, const cJSON *names,
    void (*take)(void *context, struct learnt_property property), void *context)
{
    bool basic = !names && cJSON_GetArraySize(list) == 1;
    if (!basic && cJSON_GetArraySize(list) != cJSON_GetArraySize(names))
        return;
    for (int i = 0; i < cJSON_GetArraySize(list); i++) {
        const char *name = basic ? VALUE_GetPropertyType_Basic : cJSON_GetStringValue(cJSON_GetArrayItem(names, i));
        if (name)
            take(context,
                (struct learnt_property){.answer = answer, .name = name, .value = cJSON_GetArrayItem(list, i)});
    }
}

/* The answer about a system to the older form has a member for each name. */
static void each_of_members(const struct recorded_answer *answer, const cJSON *json, const cJSON *names,
    void (*take)(void *context, struct learnt_property property), void *context)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, names) {
        const char *name = cJSON_GetStringValue(item), *member = name ? properties_member(name) : NULL;
        const cJSON *value = member ? cJSON_GetObjectItemCaseSensitive(json, member) : NULL;
        if (value)
            take(context, (struct learnt_property){.answer = answer, .name = name, .value = value});
    }
}

void learn_each_property(const struct recorded_answer *answer, const cJSON *json,
    void (*take)(void *context, struct learnt_property property), void *context)
{
    bool of_system = answer->kind == REQUEST_PROPERTIES;
    if ((!of_system && answer->kind != REQUEST_GET_SERVICE_PROPERTIES) || !cJSON_IsObject(json))
        return;
    cJSON *query = answer->given ? cJSON_Parse(answer->given) : NULL;
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(query, FIELD_System_PropertyQuery_PropertyTypes), *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, FIELD_Properties_PropertyResponses))
        take(context, response(answer, item));
    if (of_system)
        each_of_members(answer, json, names, take, context);
    else
        each_of_list(
            answer, cJSON_GetObjectItemCaseSensitive(json, FIELD_ServiceProperties_Properties), names, take, context);
    cJSON_Delete(query);
}

/* A value that every query has shown. */
struct shown {
    const struct recorded_answer *answer; /* the first one */
    char *name;
    cJSON *value;
    bool changed;
};

struct all_shown {
    struct shown *list;
    size_t count;
};

/* What is measured each time, and what clients change, the simulator has by itself. */
static bool is_alive(const char *name, bool of_system)
{
    if (of_system)
        return !properties_member(name) || !strcmp(name, VALUE_System_PropertyType_Statistics) ||
               !strcmp(name, VALUE_System_PropertyType_ProcessList);
    return !strcmp(name, VALUE_GetPropertyType_CpuGroup) ||
           !strcmp(name, VALUE_GetPropertyType_ContainerCredentialGuard);
}

static void take_value(void *context, struct learnt_property property)
{
    struct all_shown *all = context;
    if (!property.value || is_alive(property.name, property.answer->kind == REQUEST_PROPERTIES))
        return;
    for (size_t i = 0; i < all->count; i++) {
        struct shown *shown = &all->list[i];
        if (strcmp(shown->name, property.name) != 0 || !recording_same_system(shown->answer, property.answer))
            continue;
        shown->changed |= !cJSON_Compare(shown->value, property.value, true);
        return;
    }
    all->list = reallocate(all->list, (all->count + 1) * sizeof *all->list);
    struct shown *shown = &all->list[all->count++];
    *shown = (struct shown){.answer = property.answer,
        .name = allocate_copy(property.name),
        .value = cJSON_Duplicate(property.value, true)};
}

/* Reads all answers, with their numbers exact. */
static struct all_shown gather(const struct recording *recording)
{
    struct all_shown all = {NULL, 0};
    struct document_options options = {.minor = document_newest_minor(), .limit = 1};
    for (size_t i = 0; i < recording->count; i++) {
        const struct recorded_answer *answer = &recording->answers[i];
        struct document document;
        struct document_report report;
        if (FAILED(answer->result) || !answer->document)
            continue;
        if (SUCCEEDED(
                document_check(answer->document, strlen(answer->document), TYPE_Any, &options, &document, &report))) {
            learn_each_property(answer, document.root, take_value, &all);
            document_free(&document);
        }
        report_free(&report);
    }
    return all;
}

static void free_shown(struct all_shown *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->list[i].name);
        cJSON_Delete(all->list[i].value);
    }
    free(all->list);
}

void learn_properties(const struct recording *recording, struct writer *writer)
{
    struct all_shown all = gather(recording);
    bool open = false;
    for (size_t i = 0; i < all.count; i++) {
        const struct shown *shown = &all.list[i];
        const char *system = shown->answer->system;
        if (shown->changed) {
            fprintf(stderr, "not modelled: line %u: %s%s%s has had several values\n", shown->answer->line, shown->name,
                system ? " of " : "", system ? system : "");
            continue;
        }
        if (!open)
            writer_open(writer, FIELD_Scenario_properties, '[');
        open = true;
        writer_open(writer, NULL, '{');
        writer_string(writer, FIELD_ScenarioProperty_name, shown->name);
        if (system)
            writer_string(writer, FIELD_ScenarioProperty_system, system);
        configuration_write(writer, FIELD_ScenarioProperty_value, shown->value);
        writer_close(writer, '}');
    }
    if (open)
        writer_close(writer, ']');
    free_shown(&all);
}

static void take_processors(void *context, struct learnt_property property)
{
    uint64_t *count = context; /* the first one is kept */
    const cJSON *value = document_member(property.value, FIELD_ProcessorTopology_LogicalProcessorCount);
    if (!*count && !strcmp(property.name, VALUE_GetPropertyType_ProcessorTopology))
        (void)document_unsigned(value, count);
}

unsigned learn_processors(const struct recording *recording)
{
    enum { MAX_PROCESSORS = 2048 }; /* in a scenario */
    uint64_t count = 0;
    for (size_t i = 0; i < recording->count; i++) {
        const struct recorded_answer *answer = &recording->answers[i];
        if (answer->kind != REQUEST_GET_SERVICE_PROPERTIES || FAILED(answer->result) || !answer->document)
            continue;
        cJSON *json = cJSON_Parse(answer->document);
        learn_each_property(answer, json, take_processors, &count);
        cJSON_Delete(json);
    }
    return count <= MAX_PROCESSORS ? (unsigned)count : 0;
}
