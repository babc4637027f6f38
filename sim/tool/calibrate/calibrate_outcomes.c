/* Outcomes of a host as a scenario. Entry points: outcomes_write_host(), outcomes_write(). */
#include "calibrate_outcomes.h"
#include "document/document.h"
#include "backend/fault.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include "spec_states.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART = 64 };

/* --- the host --- */

static bool lacks(const cJSON *rows, const char *capability)
{
    const cJSON *row;
    cJSON_ArrayForEach (row, rows)
        if (document_text(row, "unmet") && !strcmp(document_text(row, "unmet"), capability))
            return true;
    return false;
}

void outcomes_write_host(const cJSON *rows, unsigned build, struct writer *writer)
{
    bool no_vm = lacks(rows, "virtual-machine"), no_container = lacks(rows, "container");
    if (!document_minor_of_build(build) && !no_vm && !no_container)
        return;
    writer_open(writer, FIELD_Scenario_host, '{');
    if (document_minor_of_build(build))
        writer_integer(writer, FIELD_ScenarioHost_osBuild, build);
    if (no_vm || no_container) {
        writer_open(writer, FIELD_ScenarioHost_lacks, '[');
        if (no_vm)
            writer_string(writer, NULL, VALUE_ScenarioFeature_HyperV);
        if (no_container)
            writer_string(writer, NULL, VALUE_ScenarioFeature_Containers);
        writer_close(writer, ']');
    }
    writer_close(writer, '}');
}

/* --- the matrices --- */

/* A matrix row, state.KIND.CALL.STATE, and its outcome. */
struct cell {
    char kind[PART], call[PART], state[PART];
    HRESULT came;
    const char *code;
};

/* The failure in a matrix row. false: it is not a matrix row, or did not fail with a named HRESULT. */
static bool read_cell(const cJSON *row, struct cell *cell)
{
    char more[2];
    const char *id = document_text(row, "id"), *result = document_text(row, "result");
    cell->code = result ? result : document_text(row, "return");
    const struct spec_hresult *known = cell->code ? spec_hresult_named(cell->code) : NULL;
    cell->came = known ? known->value : S_OK;
    return id && FAILED(cell->came) &&
           sscanf(id, "state.%63[^.].%63[^.].%63[^.].%1s", cell->kind, cell->call, cell->state, more) == 3;
}

static int index_of(const char *const *names, int count, const char *name)
{
    int i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i < count ? i : -1;
}

/* The phase in scenarios for a state name in rows; NULL: scenarios have none for it. */
static const char *phase_of(const char *state)
{
    static const char *const phases[][2] = {{"created", VALUE_ScenarioPhase_Created},
        {"busy", VALUE_ScenarioPhase_Busy}, {"running", VALUE_ScenarioPhase_Running},
        {"paused", VALUE_ScenarioPhase_Paused}, {"stopping", VALUE_ScenarioPhase_Stopping},
        {"exited", VALUE_ScenarioPhase_Exited}};
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        if (!strcmp(phases[i][0], state))
            return phases[i][1];
    return NULL;
}

/* True if the cell differs from the simulator's choice in a way that a scenario can express. */
static bool is_other(const struct cell *cell)
{
    static const char *const kinds[] = {
        [MATRIX_Container] = VALUE_SystemType_Container, [MATRIX_VirtualMachine] = VALUE_SystemType_VirtualMachine};
    int matrix = -1, call = index_of(spec_call_names, CALL_COUNT, cell->call);
    int state = index_of(spec_state_names, STATE_COUNT, cell->state);
    for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++)
        if (kinds[i] && !strcmp(kinds[i], cell->kind))
            matrix = i;
    if (matrix < 0 || call < 0 || state < 0 || !phase_of(cell->state) || fault_call(cell->call) == REQUEST_KINDS)
        return false;
    return state_allows((enum spec_matrix)matrix, (enum spec_call)call, (enum spec_state)state)->choice != cell->came;
}

bool outcomes_model(const cJSON *row)
{
    struct cell cell;
    return read_cell(row, &cell) && is_other(&cell);
}

void outcomes_write(const cJSON *rows, struct writer *writer)
{
    const cJSON *row;
    struct cell cell;
    bool open = false;
    cJSON_ArrayForEach (row, rows) {
        if (!read_cell(row, &cell) || !is_other(&cell))
            continue;
        if (!open)
            writer_open(writer, FIELD_Scenario_faults, '[');
        open = true;
        writer_open(writer, NULL, '{');
        writer_string(writer, FIELD_ScenarioFault_call, cell.call);
        writer_string(writer, FIELD_ScenarioFault_kind, cell.kind);
        writer_string(writer, FIELD_ScenarioFault_state, phase_of(cell.state));
        writer_string(writer, FIELD_ScenarioFault_effect, VALUE_ScenarioEffect_Fail);
        writer_string(writer, FIELD_ScenarioFault_hresult, cell.code);
        writer_close(writer, '}');
    }
    if (open)
        writer_close(writer, ']');
}
