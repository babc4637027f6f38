/* States of recorded systems. Entry point: known_takes(). */
#include "known.h"
#include "base/allocate.h"
#include "base/text/identity.h"
#include "document/document.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>

static struct known_system *find(const struct known *known, const char *id)
{
    for (size_t i = 0; id && i < known->count; i++)
        if (identity_same(known->systems[i].id, id))
            return &known->systems[i];
    return NULL;
}

static struct known_system *take(struct known *known, const char *id)
{
    struct known_system *system = find(known, id);
    if (system)
        return system;
    known->systems = reallocate(known->systems, (known->count + 1) * sizeof *known->systems);
    system = &known->systems[known->count++];
    *system = (struct known_system){.id = id};
    return system;
}

static enum spec_matrix matrix_of(const char *configuration)
{
    cJSON *json = configuration ? cJSON_Parse(configuration) : NULL;
    bool machine = cJSON_GetObjectItemCaseSensitive(json, FIELD_ComputeSystem_VirtualMachine);
    cJSON_Delete(json);
    return machine ? MATRIX_VirtualMachine : MATRIX_Container;
}

/* A create or open. That an id is not there says nothing of the host that its inventory does not. */
static bool takes_making(struct known *known, const struct recorded_answer *answer)
{
    bool creates = answer->kind == REQUEST_CREATE_SYSTEM;
    const struct known_system *before = find(known, answer->system);
    bool there = before && before->there;
    if (FAILED(answer->result))
        return creates ? there && answer->result == HCS_E_SYSTEM_ALREADY_EXISTS
                       : answer->result == HCS_E_SYSTEM_NOT_FOUND;
    if (creates || !there)
        *take(known, answer->system) = (struct known_system){.id = answer->system,
            .matrix = creates ? matrix_of(answer->given) : MATRIX_Container,
            .state = creates ? STATE_CREATED : STATE_RUNNING,
            .there = true};
    return false;
}

/* The state after a call that has succeeded. */
static enum spec_state state_after(const struct known_system *system, enum request_kind kind)
{
    return kind == REQUEST_START || kind == REQUEST_RESUME              ? STATE_RUNNING
           : kind == REQUEST_PAUSE                                      ? STATE_PAUSED
           : kind == REQUEST_TERMINATE || kind == REQUEST_CRASH         ? STATE_EXITED
           : kind == REQUEST_SHUT_DOWN && system->state != STATE_EXITED ? STATE_STOPPING
                                                                        : system->state;
}

/* The programs of processes are not known, so that each may have ended. */
static bool fails_by_state(const struct known_system *system, const struct recorded_answer *answer)
{
    const struct spec_request *request = &spec_requests[answer->kind];
    if (request->about == ABOUT_PROCESS && !request->makes)
        return system->state == STATE_EXITED || answer->result == HCS_E_PROCESS_ALREADY_STOPPED;
    return request->call != CALL_COUNT &&
           state_allows(system->matrix, request->call, system->state)->choice == answer->result;
}

bool known_takes(struct known *known, const struct recorded_answer *answer)
{
    const struct spec_request *request = &spec_requests[answer->kind];
    if (!answer->system)
        return false;
    if (request->makes && request->about == ABOUT_SYSTEM)
        return takes_making(known, answer);
    struct known_system *system = find(known, answer->system);
    if (!system || !system->there)
        return answer->result == HCS_E_SYSTEM_NOT_FOUND;
    bool natural = FAILED(answer->result) && fails_by_state(system, answer);
    if (SUCCEEDED(answer->result))
        system->state = state_after(system, answer->kind);
    else if (answer->kind == REQUEST_START && system->state == STATE_CREATED)
        system->state = STATE_EXITED; /* HCS-ROW: S-06 */
    return natural;
}

void known_exits(struct known *known, const char *id)
{
    struct known_system *system = find(known, id);
    if (system)
        system->state = STATE_EXITED;
}

void known_free(struct known *known)
{
    free(known->systems);
    known->systems = NULL;
    known->count = 0;
}
