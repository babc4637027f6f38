/* The systems of the scenario, which exist before the first call. Entry point: sim_place_all(). */
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

static HRESULT place(
    struct sim *sim, const char *id, const char *name, const struct document *document, enum spec_state state)
{
    if (!*id)
        return refuse_system(id, "the id is empty");
    HRESULT result = host_place(&sim->host, id, document, state);
    if (result == HRESULT_ERROR_OBJECT_ALREADY_EXISTS)
        return refuse_system(id, "the id is in use already");
    struct host_system *system = SUCCEEDED(result) && name ? host_find(&sim->host, id) : NULL;
    if (system && !(system->name = strdup(name)))
        return E_OUTOFMEMORY;
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
        result = place(sim, id, document_text(item, FIELD_ScenarioSystem_name), &document,
            state_named(document_text(item, FIELD_ScenarioSystem_state)));
        document_free(&document);
        if (FAILED(result))
            return result;
    }
    return S_OK;
}
