/* What the two processes of a row know of each other. Entry points: known_list(), known_take(). */
#include "row/json.h"
#include "known.h"
#include "document/document.h"
#include <stdio.h>

cJSON *known_list(const struct fixture *fixture)
{
    cJSON *list = json_list();
    for (int i = 0; i < VARIABLES; i++) {
        const struct variable *variable = &fixture->variables[i];
        bool known = variable->kind && (variable->id[0] || variable->process_id);
        cJSON *item = known ? json_object() : NULL;
        if (!known)
            continue;
        json_add_text(item, "name", variable->name);
        json_add_text(item, "id", variable->id);
        json_add_number(item, "processId", variable->process_id);
        json_add_boolean(item, "made", variable->owned);
        json_append(list, item);
    }
    return list;
}

static void take(struct variable *variable, const cJSON *item)
{
    const char *id = document_text(item, "id");
    const cJSON *process = cJSON_GetObjectItemCaseSensitive(item, "processId");
    if (id && !variable->id[0])
        snprintf(variable->id, sizeof variable->id, "%.95s", id);
    if (cJSON_IsNumber(process) && !variable->process_id)
        variable->process_id = (DWORD)process->valuedouble;
    variable->made_elsewhere |= cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "made"));
}

void known_take(struct fixture *fixture, const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        const char *name = document_text(item, "name");
        struct variable *variable = name ? fixture_add(fixture, name) : NULL;
        if (variable)
            take(variable, item);
    }
}
