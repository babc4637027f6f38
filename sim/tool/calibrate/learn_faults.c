/* Failures as faults. Entry point: learn_faults(). */
#include "base/allocate.h"
#include "document/document.h"
#include "host/configuration.h"
#include "learn.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_BYTES = 12 };

/* What a rule of the fault plan can be about: a call, or one property in the answer of a query. */
struct happening {
    const struct recorded_answer *answer;
    char *resource, *property; /* NULL: none */
    HRESULT result;
    bool natural;
};

struct happenings {
    struct happening *list;
    size_t count, capacity;
};

static char *copy(const char *text)
{
    return text ? allocate_copy(text) : NULL;
}

static void add(struct happenings *all, struct happening one)
{
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? all->capacity * 2 : 64;
        all->list = reallocate(all->list, all->capacity * sizeof *all->list);
    }
    all->list[all->count++] = one;
}

/* HCS-ROW: D-43 what a query for one property is answered with that the system does not have, or not in its state. */
static bool is_natural(HRESULT result)
{
    return result == HRESULT_ERROR_NOT_SUPPORTED || result == HRESULT_ERROR_NOT_FOUND ||
           result == HCS_E_INVALID_STATE || result == HCS_E_INVALID_JSON;
}

static void take_property(void *context, struct learnt_property property)
{
    if (!document_may_ask(property.answer->kind == REQUEST_PROPERTIES, property.name))
        return; /* the simulator, too, has no such property */
    add(context, (struct happening){.answer = property.answer,
                     .property = copy(property.name),
                     .result = property.value ? S_OK : property.result,
                     .natural = !property.value && is_natural(property.result)});
}

static char *resource_of(const struct recorded_answer *answer)
{
    cJSON *json = answer->kind == REQUEST_MODIFY && answer->given ? cJSON_Parse(answer->given) : NULL;
    char *resource = json ? copy(document_text(json, FIELD_ModifySettingRequest_ResourcePath)) : NULL;
    cJSON_Delete(json);
    return resource;
}

static void gather(const struct recording *recording, struct happenings *all)
{
    for (size_t i = 0; i < recording->count; i++) {
        const struct recorded_answer *answer = &recording->answers[i];
        if (answer->refused || answer->result == S_FALSE)
            continue;
        add(all, (struct happening){.answer = answer,
                     .resource = resource_of(answer),
                     .result = answer->result,
                     .natural = answer->natural});
        cJSON *json = SUCCEEDED(answer->result) && answer->document ? cJSON_Parse(answer->document) : NULL;
        learn_each_property(answer, json, take_property, all);
        cJSON_Delete(json);
    }
}

static bool same(const char *one, const char *other)
{
    return one && other ? !strcmp(one, other) : one == other;
}

/* True if the same rule would fit both. */
static bool alike(const struct happening *one, const struct happening *other)
{
    return one->answer->kind == other->answer->kind && recording_same_system(one->answer, other->answer) &&
           same(one->resource, other->resource) && same(one->property, other->property);
}

/* What became of all happenings that are alike. */
struct group {
    unsigned before; /* those before this one */
    bool always;     /* all ended like this one */
};

static struct group group_of(const struct happenings *all, size_t number)
{
    const struct happening *one = &all->list[number];
    struct group group = {.always = true};
    for (size_t i = 0; i < all->count; i++) {
        const struct happening *other = &all->list[i];
        if (i == number || !alike(one, other))
            continue;
        group.before += i < number;
        group.always &= other->result == one->result && !other->natural;
    }
    return group;
}

/* The document of a failure; a query for one property, and calls without an operation, have none. */
static void write_document(struct writer *writer, const struct happening *one)
{
    const struct recorded_answer *answer = one->answer;
    struct document_options options = {.minor = document_newest_minor(), .limit = 1};
    struct document document;
    struct document_report report;
    bool can = !one->property && !spec_requests[answer->kind].synchronous &&
               spec_requests[answer->kind].about != ABOUT_SERVICE && answer->document;
    if (!can)
        return;
    if (SUCCEEDED(document_check(answer->document, strlen(answer->document), TYPE_Any, &options, &document, &report))) {
        configuration_write(writer, FIELD_ScenarioFault_document, document.root);
        document_free(&document);
    } else {
        fprintf(stderr, "not modelled: line %u: %s: the document of the failure is not JSON\n", answer->line,
            spec_functions[answer->function].name);
    }
    report_free(&report);
}

static void write_fault(struct writer *writer, const struct happening *one, struct group group)
{
    const struct recorded_answer *answer = one->answer;
    char hex[HEX_BYTES];
    snprintf(hex, sizeof hex, "0x%08X", (unsigned)one->result);
    writer_open(writer, NULL, '{');
    writer_string(writer, FIELD_ScenarioFault_call, spec_functions[answer->function].name);
    if (answer->system)
        writer_string(writer, FIELD_ScenarioFault_system, answer->system);
    if (one->resource)
        writer_string(writer, FIELD_ScenarioFault_resource, one->resource);
    if (one->property)
        writer_string(writer, FIELD_ScenarioFault_property, one->property);
    if (!group.always)
        writer_integer(writer, FIELD_ScenarioFault_nth, group.before + 1);
    writer_string(writer, FIELD_ScenarioFault_before, VALUE_ScenarioBefore_check);
    writer_string(writer, FIELD_ScenarioFault_effect, VALUE_ScenarioEffect_Fail);
    writer_string(writer, FIELD_ScenarioFault_hresult, hex);
    write_document(writer, one);
    writer_close(writer, '}');
    if (answer->at_once)
        fprintf(stderr, "not modelled: line %u: %s failed at once; in the simulator its operation fails\n",
            answer->line, spec_functions[answer->function].name);
}

void learn_faults(const struct recording *recording, struct writer *writer)
{
    struct happenings all = {NULL, 0, 0};
    bool open = false;
    gather(recording, &all);
    for (size_t i = 0; i < all.count; i++) {
        if (SUCCEEDED(all.list[i].result) || all.list[i].natural)
            continue;
        struct group group = group_of(&all, i);
        if (group.always && group.before)
            continue; /* the rule of the first one fits */
        if (!open)
            writer_open(writer, FIELD_Scenario_faults, '[');
        open = true;
        write_fault(writer, &all.list[i], group);
    }
    if (open)
        writer_close(writer, ']');
    for (size_t i = 0; i < all.count; i++) {
        free(all.list[i].resource);
        free(all.list[i].property);
    }
    free(all.list);
}
