/* The fault plan. Entry point: fault_find(). */
#include "fault.h"
#include "platform/pattern.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>

enum { MILLISECOND = 1000000, ALWAYS = 1000 };

enum request_kind fault_call(const char *function)
{
    static const struct {
        const char *name;
        enum request_kind kind;
    } calls[] = {{VALUE_ScenarioCall_HcsCreateComputeSystem, REQUEST_CREATE_SYSTEM},
        {VALUE_ScenarioCall_HcsOpenComputeSystem, REQUEST_OPEN_SYSTEM},
        {VALUE_ScenarioCall_HcsStartComputeSystem, REQUEST_START},
        {VALUE_ScenarioCall_HcsShutDownComputeSystem, REQUEST_SHUT_DOWN},
        {VALUE_ScenarioCall_HcsTerminateComputeSystem, REQUEST_TERMINATE},
        {VALUE_ScenarioCall_HcsCrashComputeSystem, REQUEST_CRASH},
        {VALUE_ScenarioCall_HcsPauseComputeSystem, REQUEST_PAUSE},
        {VALUE_ScenarioCall_HcsResumeComputeSystem, REQUEST_RESUME},
        {VALUE_ScenarioCall_HcsSaveComputeSystem, REQUEST_SAVE},
        {VALUE_ScenarioCall_HcsModifyComputeSystem, REQUEST_MODIFY},
        {VALUE_ScenarioCall_HcsGetComputeSystemProperties, REQUEST_PROPERTIES},
        {VALUE_ScenarioCall_HcsEnumerateComputeSystems, REQUEST_ENUMERATE},
        {VALUE_ScenarioCall_HcsCreateProcess, REQUEST_CREATE_PROCESS},
        {VALUE_ScenarioCall_HcsOpenProcess, REQUEST_OPEN_PROCESS},
        {VALUE_ScenarioCall_HcsSignalProcess, REQUEST_SIGNAL_PROCESS},
        {VALUE_ScenarioCall_HcsTerminateProcess, REQUEST_TERMINATE_PROCESS},
        {VALUE_ScenarioCall_HcsModifyProcess, REQUEST_MODIFY_PROCESS},
        {VALUE_ScenarioCall_HcsGetProcessInfo, REQUEST_PROCESS_INFO},
        {VALUE_ScenarioCall_HcsGetProcessProperties, REQUEST_PROCESS_PROPERTIES},
        {VALUE_ScenarioCall_HcsGetServiceProperties, REQUEST_GET_SERVICE_PROPERTIES},
        {VALUE_ScenarioCall_HcsModifyServiceSettings, REQUEST_MODIFY_SERVICE}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (!strcmp(calls[i].name, function))
            return calls[i].kind;
    return REQUEST_KINDS;
}

static HRESULT result_named(const char *name)
{
    for (unsigned i = 0; name && i < spec_hresult_count; i++)
        if (!strcmp(spec_hresults[i].name, name))
            return spec_hresults[i].value;
    return E_FAIL;
}

static uint64_t time_at(const cJSON *value, const char *name, uint64_t otherwise)
{
    uint64_t found;
    if (!document_unsigned(document_member(value, name), &found))
        return otherwise;
    return found < UINT64_MAX / MILLISECOND ? found * MILLISECOND : UINT64_MAX;
}

static enum fault_effect effect_named(const char *name)
{
    static const char *const names[] = {[FAULT_FAIL] = VALUE_ScenarioEffect_Fail,
        [FAULT_HANG] = VALUE_ScenarioEffect_Hang,
        [FAULT_EXIT] = VALUE_ScenarioEffect_Exit,
        [FAULT_DISCONNECT] = VALUE_ScenarioEffect_Disconnect,
        [FAULT_LOSE_EXIT] = VALUE_ScenarioEffect_LoseExit,
        [FAULT_LOSE_OUTPUT] = VALUE_ScenarioEffect_LoseEndOfOutput};
    int effect = FAULT_FAIL;
    while (strcmp(names[effect], name) != 0) /* the schema has taken it */
        effect++;
    return (enum fault_effect)effect;
}

bool fault_read(struct fault *fault, const cJSON *value)
{
    const char *effect = cJSON_GetStringValue(document_member(value, FIELD_ScenarioFault_effect));
    const char *system = cJSON_GetStringValue(document_member(value, FIELD_ScenarioFault_system));
    const char *kind = cJSON_GetStringValue(document_member(value, FIELD_ScenarioFault_kind));
    *fault = (struct fault){
        .call = fault_call(cJSON_GetStringValue(document_member(value, FIELD_ScenarioFault_call))),
        .effect = effect_named(effect),
        .result = result_named(cJSON_GetStringValue(document_member(value, FIELD_ScenarioFault_hresult))),
        .per_mille = document_number(value, FIELD_ScenarioFault_perMille, ALWAYS),
        .nth = document_number(value, FIELD_ScenarioFault_nth, 0),
        .times = document_number(value, FIELD_ScenarioFault_times, 0),
        .from = time_at(value, FIELD_ScenarioFault_fromMs, 0),
        .to = time_at(value, FIELD_ScenarioFault_toMs, UINT64_MAX),
        .matrix = !kind                                            ? -1
                  : !strcmp(kind, VALUE_SystemType_VirtualMachine) ? MATRIX_VirtualMachine
                                                                   : MATRIX_Container,
        .system = system ? strdup(system) : NULL,
    };
    return !system || fault->system;
}

void fault_free(struct fault *fault)
{
    free(fault->system);
}

static bool fits(const struct fault *fault, enum request_kind call, const char *id, int matrix, uint64_t now)
{
    return fault->call == call && now >= fault->from && now <= fault->to &&
           (fault->matrix < 0 || fault->matrix == matrix) &&
           (!fault->system || (id && pattern_fits(fault->system, id)));
}

/* The draw is made only where a probability is given, so that plans without one change nothing else that is drawn. */
static bool happens(struct fault *fault, struct random *random)
{
    fault->fitted++;
    if ((fault->nth && fault->fitted != fault->nth) || (fault->times && fault->happened >= fault->times))
        return false;
    if (fault->per_mille < ALWAYS && random_below(random, ALWAYS) >= fault->per_mille)
        return false;
    fault->happened++;
    return true;
}

enum fault_effect fault_find(struct fault *faults, unsigned count, enum request_kind call, const char *id, int matrix,
    uint64_t now, struct random *random, HRESULT *result)
{
    for (unsigned i = 0; i < count; i++)
        if (fits(&faults[i], call, id, matrix, now) && happens(&faults[i], random)) {
            *result = faults[i].result;
            return faults[i].effect;
        }
    return FAULT_NONE;
}
