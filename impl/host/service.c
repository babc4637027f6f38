/* Enumeration. Entry points: service_submit(), service_finish(). */
#include "service.h"
#include "core/lock.h"
#include "base/check.h"
#include "base/text/identity.h"
#include "base/text/json_writer.h"
#include "properties.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

/* HCS-ROW: Q-04 members are ANDed, values ORed; Q-05 ids without case */
static bool one_of(const cJSON *values, const char *text, bool without_case)
{
    const cJSON *item;
    if (!values)
        return true;
    cJSON_ArrayForEach (item, values) {
        const char *value = cJSON_GetStringValue(item);
        if (value && (without_case ? identity_same(value, text) : !strcmp(value, text)))
            return true;
    }
    return false;
}

static bool matches(const struct host_system *system, const struct document *query)
{
    const char *type =
        system->matrix == MATRIX_VirtualMachine ? VALUE_SystemType_VirtualMachine : VALUE_SystemType_Container;
    return !query || (one_of(query->member[SystemQuery_Ids], system->id, true) &&
                         one_of(query->member[SystemQuery_Names], system->name ? system->name : "", false) &&
                         one_of(query->member[SystemQuery_Types], type, false) &&
                         one_of(query->member[SystemQuery_Owners], host_owner(system), false));
}

/* HCS-ROW: Q-01, C-13 an array, empty when nothing matches. It shows the host at the time of the call. */
static char *enumerate(const struct host *host, const struct document *query, uint32_t user)
{
    struct writer writer = {.text.limit = RESULT_BYTES};
    writer_open(&writer, NULL, '[');
    for (const struct host_system *system = host->first; system; system = system->next)
        if ((system->state != STATE_BUSY || system->back != STATE_CREATED) && host_shows(system, user) &&
            matches(system, query)) {
            writer_open(&writer, NULL, '{');
            properties_write_basic(&writer, system);
            writer_close(&writer, '}');
        }
    writer_close(&writer, ']');
    return writer_finish(&writer);
}

void service_submit(struct host *host, struct request *request)
{
    CHECK_HELD();
    struct host_task *task = task_make(host, request, NULL, NULL);
    if (!task)
        return;
    task->enumeration = enumerate(host, request->document, request->user);
    if (task_send_plainly(host, task))
        task_go(host, task);
}

void service_finish(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    char *answer = task->enumeration;
    CHECK(!task->system && task->request->kind == REQUEST_ENUMERATE);
    task->enumeration = NULL;
    task_answer(host, task, answer ? S_OK : E_OUTOFMEMORY, answer);
}
