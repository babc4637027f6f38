/* Systems that others have created. Entry point: learn_systems(). */
#include "base/allocate.h"
#include "base/text/identity.h"
#include "document/document.h"
#include "learn.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>

/* One of them, as the first answer that names it shows it. */
struct other {
    char *id;
    cJSON *shown; /* its properties; NULL: it was only opened */
};

struct others {
    struct other *list;
    size_t count;
};

static struct other *find(const struct others *others, const char *id)
{
    for (size_t i = 0; i < others->count; i++)
        if (identity_same(others->list[i].id, id))
            return &others->list[i];
    return NULL;
}

/* True if before the call with that number the client has created a system with that id, as far as it has heard. */
static bool is_own(const struct recording *recording, size_t before, const char *id)
{
    for (size_t i = 0; i < before; i++) {
        const struct recorded_answer *answer = &recording->answers[i];
        if (answer->kind == REQUEST_CREATE_SYSTEM && SUCCEEDED(answer->result) && answer->system &&
            identity_same(answer->system, id))
            return true;
    }
    return false;
}

static void take(struct others *others, const char *id, const cJSON *shown)
{
    struct other *other = find(others, id);
    if (!other) {
        others->list = reallocate(others->list, (others->count + 1) * sizeof *others->list);
        other = &others->list[others->count++];
        *other = (struct other){.id = allocate_copy(id)};
    }
    if (!other->shown && shown)
        other->shown = cJSON_Duplicate(shown, true);
}

static void gather(const struct recording *recording, struct others *others)
{
    const cJSON *item;
    for (size_t i = 0; i < recording->count; i++) {
        const struct recorded_answer *answer = &recording->answers[i];
        bool list = answer->kind == REQUEST_ENUMERATE, query = answer->kind == REQUEST_PROPERTIES;
        if (answer->result != S_OK)
            continue;
        cJSON *json = (list || query) && answer->document ? cJSON_Parse(answer->document) : NULL;
        cJSON_ArrayForEach (item, (list ? json : NULL)) {
            const char *id = document_text(item, FIELD_Properties_Id);
            if (id && *id && !is_own(recording, i, id))
                take(others, id, item);
        }
        if (answer->kind == REQUEST_OPEN_SYSTEM && answer->system && !is_own(recording, i, answer->system))
            take(others, answer->system, NULL);
        if (query && answer->system && find(others, answer->system))
            take(others, answer->system, json);
        cJSON_Delete(json);
    }
}

/* The state in scenarios for one in properties; HCS-ROW: Q-03 without one, it was never started. */
static const char *state_of(const cJSON *shown)
{
    static const char *const states[][2] = {{VALUE_State_Running, VALUE_ScenarioState_Running},
        {VALUE_State_Paused, VALUE_ScenarioState_Paused},
        {VALUE_State_SavedAsTemplate, VALUE_ScenarioState_SavedAsTemplate}};
    const char *state = document_text(shown, FIELD_Properties_State);
    if (cJSON_IsTrue(document_member(shown, FIELD_Properties_Stopped)))
        return VALUE_ScenarioState_Exited;
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
        if (!strcmp(state, states[i][0]))
            return states[i][1];
    return shown && !state ? VALUE_ScenarioState_Created : VALUE_ScenarioState_Running;
}

static void write_text(struct writer *writer, const char *name, const char *text)
{
    if (text && *text)
        writer_string(writer, name, text);
}

static bool is_machine(const cJSON *shown)
{
    const char *type = document_text(shown, FIELD_Properties_SystemType);
    return type && !strcmp(type, VALUE_SystemType_VirtualMachine);
}

/* The virtual machine that a system is in, if it is one of them and runs, as the simulator wants it to. */
static const char *hosting_of(const struct others *others, const cJSON *shown)
{
    const char *id = document_text(shown, FIELD_Properties_HostingSystemId);
    const struct other *machine = id ? find(others, id) : NULL;
    return machine && machine->shown != shown && is_machine(machine->shown) &&
                   strcmp(state_of(machine->shown), VALUE_ScenarioState_Exited) != 0
               ? id
               : NULL;
}

/* The least configuration that is shown so. */
static void write_configuration(struct writer *writer, const struct others *others, const cJSON *shown)
{
    bool machine = is_machine(shown);
    writer_open(writer, FIELD_ScenarioSystem_configuration, '{');
    write_text(writer, FIELD_ComputeSystem_Owner, document_text(shown, FIELD_Properties_Owner));
    writer_open(writer, FIELD_ComputeSystem_SchemaVersion, '{');
    writer_integer(writer, FIELD_Version_Major, 2);
    writer_integer(writer, FIELD_Version_Minor, 1);
    writer_close(writer, '}');
    write_text(writer, FIELD_ComputeSystem_HostingSystemId, hosting_of(others, shown));
    writer_open(writer, machine ? FIELD_ComputeSystem_VirtualMachine : FIELD_ComputeSystem_Container, '{');
    if (machine && document_text(shown, FIELD_Properties_RuntimeOsType)) {
        writer_open(writer, FIELD_VirtualMachine_GuestConnection, '{');
        writer_close(writer, '}');
    }
    writer_close(writer, '}');
    writer_close(writer, '}');
}

void learn_systems(const struct recording *recording, struct writer *writer)
{
    struct others others = {NULL, 0};
    gather(recording, &others);
    if (others.count)
        writer_open(writer, FIELD_Scenario_systems, '[');
    for (size_t i = 0; i < others.count; i++) {
        const cJSON *shown = others.list[i].shown;
        const char *runtime = document_text(shown, FIELD_Properties_RuntimeId);
        writer_open(writer, NULL, '{');
        writer_string(writer, FIELD_ScenarioSystem_id, others.list[i].id);
        write_configuration(writer, &others, shown);
        writer_string(writer, FIELD_ScenarioSystem_state, state_of(shown));
        write_text(writer, FIELD_ScenarioSystem_name, document_text(shown, FIELD_Properties_Name));
        if (runtime && identity_is_guid(runtime))
            writer_string(writer, FIELD_ScenarioSystem_runtimeId, runtime);
        writer_close(writer, '}');
        free(others.list[i].id);
        cJSON_Delete(others.list[i].shown);
    }
    if (others.count)
        writer_close(writer, ']');
    free(others.list);
}
