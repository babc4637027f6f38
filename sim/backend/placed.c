/* What the scenario says of the host: systems that exist before the first call, and values of properties. Entry points:
   sim_place_all(), sim_property(). */
#include "base/check.h"
#include "host/configuration.h"
#include "named.h"
#include "sim.h"
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

/* What the check of the scenario allows can't be refused: ids and runtime ids differ, and the state fits the kind. */
static HRESULT place(struct sim *sim, const cJSON *given, const struct document *document)
{
    const char *id = document_text(given, FIELD_ScenarioSystem_id);
    const char *name = document_text(given, FIELD_ScenarioSystem_name);
    const char *runtime_id = document_text(given, FIELD_ScenarioSystem_runtimeId);
    HRESULT result =
        host_place(&sim->host, id, document, state_named(document_text(given, FIELD_ScenarioSystem_state)));
    CHECK(SUCCEEDED(result) || result == E_OUTOFMEMORY);
    struct host_system *system = SUCCEEDED(result) ? host_find(&sim->host, id) : NULL;
    if (system && name && !(system->name = strdup(name)))
        return E_OUTOFMEMORY;
    if (system && runtime_id)
        identity_lower(runtime_id, system->runtime_id);
    return result;
}

HRESULT sim_place_all(struct sim *sim)
{
    struct document_options options = {.minor = sim->host.base.schema_minor, .limit = 1};
    HRESULT result = S_OK;
    const cJSON *item;
    cJSON_ArrayForEach (item, sim->scenario.systems) {
        struct document document;
        struct document_report report;
        char *text = configuration_text(document_member(item, FIELD_ScenarioSystem_configuration));
        if (!text)
            return E_OUTOFMEMORY;
        result = document_check(text, strlen(text), TYPE_ComputeSystem, &options, &document, &report);
        CHECK(SUCCEEDED(result) || result == E_OUTOFMEMORY);
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
