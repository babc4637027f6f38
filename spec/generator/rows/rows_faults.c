/* Rows on the simulator's fault plan: each HCS code as the result of a call. Entry point: rows_from_faults(). */
#include "rows.h"
#include <stdio.h>
#include <string.h>

static void add_code(const struct facts *facts, struct rows *rows, const cJSON *code)
{
    static const char *const needs[] = {"virtual-machine", "simulator"};
    const char *name = fact_text(code, "name");
    char id[128], scenario[256];
    snprintf(id, sizeof id, "fault.%s", name);
    snprintf(scenario, sizeof scenario,
        "scenario:{\"clients\":1,\"idleMs\":1000,\"faults\":[{\"call\":\"HcsModifyComputeSystem\",\"effect\":\"Fail\","
        "\"hresult\":\"%s\"}]}",
        name);
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "id", id);
    cJSON_AddStringToObject(row, "strength", "unspecified");
    cJSON_AddStringToObject(row, "rule", "N-01");
    cJSON_AddItemToObject(row, "needs", cJSON_CreateStringArray(needs, 2));
    cJSON *arrange = cJSON_AddArrayToObject(row, "arrange");
    cJSON_AddItemToArray(arrange, cJSON_CreateString(scenario));
    cJSON_AddItemToArray(arrange, cJSON_CreateString("system:vm/running"));
    cJSON_AddObjectToObject(cJSON_AddObjectToObject(row, "call"), "HcsModifyComputeSystem");
    cJSON *expect = cJSON_AddObjectToObject(row, "expect");
    cJSON_AddStringToObject(expect, "result", name);
    cJSON_AddStringToObject(expect, "error", "code");
    rows_add(rows, &facts->hresults, code, row);
}

void rows_from_faults(const struct facts *facts, struct rows *rows)
{
    const cJSON *code;
    cJSON_ArrayForEach (code, fact_get(facts->hresults.root, "hresults"))
        if (!strcmp(fact_text(code, "family"), "hcs"))
            add_code(facts, rows, code);
}
