/* What the scenario says of the host: systems that exist before the first call, and values of properties. Entry points:
   sim_place_all(), sim_property(). */
#include "named.h"
#include "sim.h"
#include "spec_hresults.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PLACED_Created = STATE_CREATED,
    PLACED_Running = STATE_RUNNING,
    PLACED_Paused = STATE_PAUSED,
    PLACED_SavedAsTemplate = STATE_SAVED_AS_TEMPLATE,
    PLACED_Exited = STATE_EXITED,
};

static enum spec_state state_named(const char *name)
{
#define PLACED(name) {VALUE_ScenarioState_##name, PLACED_##name},
    static const struct named states[] = {VALUES_ScenarioState(PLACED)};
    return (enum spec_state)NAMED(states, name, STATE_RUNNING);
}

static HRESULT refuse_system(const char *id, const char *what)
{
    fprintf(stderr, "computecore: scenario: system '%s': %s\n", id, what);
    return E_INVALIDARG;
}

static bool runtime_id_is_used(const struct host *host, const char *runtime_id)
{
    for (const struct host_system *system = host->first; system; system = system->next)
        if (identity_same(system->runtime_id, runtime_id))
            return true;
    return false;
}

static HRESULT place(struct sim *sim, const cJSON *given, const struct document *document)
{
    const char *id = document_text(given, FIELD_ScenarioSystem_id);
    const char *name = document_text(given, FIELD_ScenarioSystem_name);
    const char *runtime_id = document_text(given, FIELD_ScenarioSystem_runtimeId);
    enum spec_state state = state_named(document_text(given, FIELD_ScenarioSystem_state));
    if (!*id)
        return refuse_system(id, "the id is empty");
    if (runtime_id && !identity_is_guid(runtime_id))
        return refuse_system(id, "the runtime id is not a GUID");
    if (runtime_id && runtime_id_is_used(&sim->host, runtime_id))
        return refuse_system(id, "the runtime id is in use already");
    HRESULT result = host_place(&sim->host, id, document, state);
    if (result == HRESULT_ERROR_OBJECT_ALREADY_EXISTS)
        return refuse_system(id, "the id is in use already");
    struct host_system *system = SUCCEEDED(result) ? host_find(&sim->host, id) : NULL;
    if (system && name && !(system->name = strdup(name)))
        return E_OUTOFMEMORY;
    if (system && runtime_id)
        identity_lower(runtime_id, system->runtime_id);
    return result == E_INVALIDARG ? refuse_system(id, "only a virtual machine can be in that state") : result;
}

HRESULT sim_place_all(struct sim *sim)
{
    struct document_options options = {.minor = sim->host.base.schema_minor, .limit = 1};
    HRESULT result = S_OK;
    const cJSON *item;
    cJSON_ArrayForEach (item, sim->scenario.systems) {
        struct document document;
        struct document_report report;
        const char *id = document_text(item, FIELD_ScenarioSystem_id);
        char *text = cJSON_PrintUnformatted(document_member(item, FIELD_ScenarioSystem_configuration));
        if (!id || !text)
            return E_OUTOFMEMORY;
        result = document_check(text, strlen(text), TYPE_ComputeSystem, &options, &document, &report);
        if (report.count && result != E_OUTOFMEMORY)
            refuse_system(id, report.list[0].text);
        report_free(&report);
        free(text);
        if (FAILED(result))
            return result;
        result = place(sim, item, &document);
        document_free(&document);
        if (FAILED(result))
            return result;
    }
    return S_OK;
}

const cJSON *sim_property(const struct host *host, const char *name, const struct host_system *system)
{
    CHECK_HELD();
    const cJSON *item;
    cJSON_ArrayForEach (item, ((const struct sim *)host)->scenario.properties) {
        const char *pattern = document_text(item, FIELD_ScenarioProperty_system);
        bool fits = system ? pattern && identity_fits(pattern, system->id) : !pattern;
        if (fits && !strcmp(document_text(item, FIELD_ScenarioProperty_name), name))
            return document_member(item, FIELD_ScenarioProperty_value);
    }
    return NULL;
}
