/* Rows of the state matrices: one per cell. Entry point: rows_from_matrices(). */
#include "rows.h"
#include <stdio.h>
#include <string.h>

static void text_array(cJSON *object, const char *name, const char *const *texts, int count)
{
    cJSON *array = cJSON_AddArrayToObject(object, name);
    for (int i = 0; i < count; i++)
        cJSON_AddItemToArray(array, cJSON_CreateString(texts[i]));
}

/* True for calls whose result is their return value: waits, registrations and opens. */
static bool is_synchronous(const struct facts *facts, const char *call)
{
    return !fact_true(facts_function(facts, call), "asynchronous");
}

static void add_arguments(cJSON *call, const char *function, const char *kind, const cJSON *cell)
{
    cJSON *arguments = cJSON_AddObjectToObject(call, function);
    const char *variant = fact_text(cell, "variant"), *state = fact_text(cell, "state");
    bool absent = !strcmp(state, "absent"), vm = !strcmp(kind, "VirtualMachine");
    if (!strcmp(function, "HcsCreateComputeSystem")) {
        cJSON_AddStringToObject(arguments, "id", absent ? "@id/fresh" : "@id/system");
        cJSON_AddStringToObject(arguments, "configuration", vm ? "@system/vm" : "@system/container");
    } else if (!strcmp(function, "HcsOpenComputeSystem") && absent)
        cJSON_AddStringToObject(arguments, "id", "@id/unknown");
    else if (!strcmp(function, "HcsModifyComputeSystem"))
        cJSON_AddStringToObject(arguments, "configuration", vm ? "@modify/memory-vm" : "@modify/memory-container");
    else if (!strcmp(function, "HcsOpenProcess"))
        cJSON_AddNumberToObject(arguments, "processId", 4000000);
    else if (strstr(function, "Wait"))
        cJSON_AddNumberToObject(arguments, "timeoutMs", strcmp(state, "stopping") ? 10 : 0);
    if (variant && !strcmp(variant, "AsTemplate"))
        cJSON_AddStringToObject(arguments, "options", "@save/as-template");
    if (variant && !strcmp(variant, "Statistics"))
        cJSON_AddStringToObject(arguments, "propertyQuery", "@query/statistics");
    if (variant && !strcmp(variant, "IntegrationService"))
        cJSON_AddStringToObject(arguments, "options", "@shutdown/integration-service");
}

static void arrange_system(cJSON *arrange, const char *kind, const cJSON *cell)
{
    const char *state = fact_text(cell, "state"), *call = fact_text(cell, "call"), *type = "container";
    const char *variant = fact_text(cell, "variant");
    char step[96];
    if (!strcmp(state, "absent"))
        return;
    if (!strcmp(kind, "VirtualMachine"))
        type = variant && !strcmp(variant, "IntegrationService") ? "vm-services"
               : strstr(call, "Process")                         ? "vm-guest"
                                                                 : "vm";
    snprintf(step, sizeof step, "system:%s/%s", type, state);
    cJSON_AddItemToArray(arrange, cJSON_CreateString(step));
}

/* The states paused and exited of the process matrix are those of the system; only a virtual machine can be paused. */
static void arrange_process(cJSON *arrange, const char *state)
{
    bool paused = !strcmp(state, "paused");
    cJSON_AddItemToArray(arrange, cJSON_CreateString(paused ? "system:vm-guest/running" : "system:container/running"));
    cJSON_AddItemToArray(arrange, cJSON_CreateString(!strcmp(state, "ended") ? "process:ended" : "process:running"));
    if (!paused && strcmp(state, "exited"))
        return;
    cJSON *call = cJSON_CreateObject();
    cJSON_AddObjectToObject(call, paused ? "HcsPauseComputeSystem" : "HcsTerminateComputeSystem");
    cJSON_AddItemToArray(arrange, call);
}

static void add_expectations(const struct facts *facts, cJSON *expect, const char *kind, const cJSON *cell)
{
    const char *call = fact_text(cell, "call"), *next = fact_text(cell, "next");
    const char *choice = fact_text(cell, "choice"), *state = fact_text(cell, "state");
    bool process = !strcmp(kind, "Process");
    cJSON_AddItemToObject(
        expect, is_synchronous(facts, call) ? "return" : "either", cJSON_Duplicate(fact_get(cell, "outcomes"), 1));
    if (choice)
        cJSON_AddStringToObject(expect, "strict", choice);
    if (process && (!strcmp(next, "running") || !strcmp(next, "ended")))
        cJSON_AddStringToObject(expect, "process", next);
    bool moving = !strcmp(next, "busy") || !strcmp(next, "stopping") || !strcmp(state, "stopping");
    if (!process && !moving) /* also for calls that must fail, whose next state is the current one */
        cJSON_AddStringToObject(expect, "system", next);
}

/* Returns what the row needs of the host. Every host can create a virtual machine; only some can start it. */
static const char *need_of(const char *kind, const char *call, const char *state)
{
    bool created = !strcmp(state, "absent") || !strcmp(state, "created");
    if (!strcmp(kind, "Process"))
        return !strcmp(state, "paused") ? "virtual-machine" : "container";
    if (strcmp(kind, "VirtualMachine") != 0)
        return "container";
    return created && strcmp(call, "HcsStartComputeSystem") != 0 ? "system" : "virtual-machine";
}

static void add_cell(const struct facts *facts, struct rows *rows, const struct fact_file *file, const cJSON *cell)
{
    const char *kind = fact_text(file->root, "kind"), *call = fact_text(cell, "call");
    const char *state = fact_text(cell, "state"), *variant = fact_text(cell, "variant");
    char id[160];
    cJSON *row = cJSON_CreateObject();
    snprintf(id, sizeof id, "state.%s.%s%s%s.%s", kind, call, variant ? "." : "", variant ? variant : "", state);
    cJSON_AddStringToObject(row, "id", id);
    cJSON_AddStringToObject(row, "strength", fact_text(cell, "strength"));
    cJSON_AddStringToObject(row, "rule", fact_text(file->root, "rule"));
    if (fact_get(cell, "sentence"))
        cJSON_AddItemToObject(row, "sentence", cJSON_Duplicate(fact_get(cell, "sentence"), 1));
    const char *const needs[] = {need_of(kind, call, state), "schema-2.5"};
    text_array(row, "needs", needs, variant && !strcmp(variant, "IntegrationService") ? 2 : 1);
    cJSON *arrange = cJSON_AddArrayToObject(row, "arrange");
    if (!strcmp(kind, "Process"))
        arrange_process(arrange, state);
    else
        arrange_system(arrange, kind, cell);
    add_arguments(cJSON_AddObjectToObject(row, "call"), call, kind, cell);
    add_expectations(facts, cJSON_AddObjectToObject(row, "expect"), kind, cell);
    rows_add(rows, file, cell, row);
}

void rows_from_matrices(const struct facts *facts, struct rows *rows)
{
    const cJSON *cell;
    for (size_t i = 0; i < facts->state_count; i++)
        cJSON_ArrayForEach (cell, fact_get(facts->states[i].root, "cells"))
            add_cell(facts, rows, &facts->states[i], cell);
}
