/* Enumeration. Entry points: service_submit(), service_complete(). */
#include "service.h"
#include "base/json_writer.h"
#include "properties.h"
#include "spec_hresults.h"
#include "system.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* HCS-ROW: Q-04 members are ANDed, values ORed; Q-05 ids without case */
static bool one_of(const cJSON *values, const char *text, bool without_case)
{
    const cJSON *item;
    if (!values)
        return true;
    cJSON_ArrayForEach (item, values) {
        const char *value = cJSON_GetStringValue(item);
        if (value && (without_case ? !strcasecmp(value, text) : !strcmp(value, text)))
            return true;
    }
    return false;
}

static bool matches(const struct sim_system *system, const struct document *query)
{
    const char *type =
        system->matrix == MATRIX_VirtualMachine ? VALUE_SystemType_VirtualMachine : VALUE_SystemType_Container;
    return !query || (one_of(query->member[SystemQuery_Ids], system->id, true) &&
                         one_of(query->member[SystemQuery_Names], "", false) &&
                         one_of(query->member[SystemQuery_Types], type, false) &&
                         one_of(query->member[SystemQuery_Owners], system->owner, false));
}

/* HCS-ROW: Q-01, C-13 an array, empty when nothing matches. It shows the host as it is when it is asked. */
void service_submit(struct sim *sim, struct request *request)
{
    struct writer writer = {.text.limit = RESULT_BYTES};
    writer_open(&writer, NULL, '[');
    for (const struct sim_system *system = sim->first; system; system = system->next)
        if ((system->state != STATE_BUSY || system->back != STATE_CREATED) && matches(system, request->document)) {
            writer_open(&writer, NULL, '{');
            properties_write_basic(&writer, system);
            writer_close(&writer, '}');
        }
    writer_close(&writer, ']');
    request->answer = writer_finish(&writer);
    if (sim_schedule(sim, request))
        return;
    free(request->answer);
    request_complete(request, E_OUTOFMEMORY, NULL);
}

void service_complete(struct sim *sim, struct request *request)
{
    (void)sim;
    char *answer = request->answer;
    request_complete(request, answer ? S_OK : E_OUTOFMEMORY, answer);
}
