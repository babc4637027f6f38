/* The fault plan. Entry point: fault_find(). */
#include "fault.h"
#include "base/pattern.h"
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
    const struct spec_hresult *known = name ? spec_hresult_named(name) : NULL;
    return known ? known->value : E_FAIL;
}

static uint64_t time_at(const cJSON *value, const char *name, uint64_t otherwise)
{
    uint64_t found;
    if (!document_unsigned(document_member(value, name), &found))
        return otherwise;
    return found < UINT64_MAX / MILLISECOND ? found * MILLISECOND : UINT64_MAX;
}

static const char *const effect_names[FAULT_EFFECTS] = {[FAULT_FAIL] = VALUE_ScenarioEffect_Fail,
    [FAULT_HANG] = VALUE_ScenarioEffect_Hang,
    [FAULT_EXIT] = VALUE_ScenarioEffect_Exit,
    [FAULT_DISCONNECT] = VALUE_ScenarioEffect_Disconnect,
    [FAULT_LOSE_EXIT] = VALUE_ScenarioEffect_LoseExit,
    [FAULT_LOSE_OUTPUT] = VALUE_ScenarioEffect_LoseEndOfOutput,
    [FAULT_DELAY_EXIT] = VALUE_ScenarioEffect_DelayExit,
    [FAULT_LOSE_STATUS] = VALUE_ScenarioEffect_LoseStatus,
    [FAULT_CLOSE_CONNECTION] = VALUE_ScenarioEffect_CloseConnection,
    [FAULT_END_PROCESS] = VALUE_ScenarioEffect_EndProcess,
    [FAULT_AWAIT_EXIT] = VALUE_ScenarioEffect_AwaitExit,
    [FAULT_AWAIT_CALLBACK] = VALUE_ScenarioEffect_AwaitCallback};

const char *fault_effect_name(enum fault_effect effect)
{
    return effect_names[effect];
}

static enum fault_effect effect_named(const char *name)
{
    int effect = FAULT_FAIL;
    while (strcmp(effect_names[effect], name) != 0) /* the schema has taken it */
        effect++;
    return (enum fault_effect)effect;
}

static int state_named(const char *name)
{
    static const struct {
        const char *name;
        enum spec_state state;
    } states[] = {{VALUE_ScenarioPhase_Created, STATE_CREATED}, {VALUE_ScenarioPhase_Busy, STATE_BUSY},
        {VALUE_ScenarioPhase_Running, STATE_RUNNING}, {VALUE_ScenarioPhase_Paused, STATE_PAUSED},
        {VALUE_ScenarioPhase_Stopping, STATE_STOPPING}, {VALUE_ScenarioPhase_Exited, STATE_EXITED}};
    for (size_t i = 0; name && i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i].name, name))
            return (int)states[i].state;
    return -1;
}

bool fault_read(struct fault *fault, const cJSON *value)
{
    const char *effect = document_text(value, FIELD_ScenarioFault_effect);
    const char *system = document_text(value, FIELD_ScenarioFault_system);
    const char *kind = document_text(value, FIELD_ScenarioFault_kind);
    const char *call = document_text(value, FIELD_ScenarioFault_call);
    *fault = (struct fault){
        .call = call ? fault_call(call) : REQUEST_KINDS,
        .effect = effect_named(effect),
        .result = result_named(document_text(value, FIELD_ScenarioFault_hresult)),
        .per_mille = document_number(value, FIELD_ScenarioFault_perMille, ALWAYS),
        .nth = document_number(value, FIELD_ScenarioFault_nth, 0),
        .times = document_number(value, FIELD_ScenarioFault_times, 0),
        .from = time_at(value, FIELD_ScenarioFault_fromMs, 0),
        .to = time_at(value, FIELD_ScenarioFault_toMs, UINT64_MAX),
        .after_start = time_at(value, FIELD_ScenarioFault_withinMsOfStart, UINT64_MAX),
        .after_exit = time_at(value, FIELD_ScenarioFault_withinMsOfExit, UINT64_MAX),
        .delay = time_at(value, FIELD_ScenarioFault_delayMs, 0),
        .exit_code = document_number(value, FIELD_ScenarioFault_exitCode, 0),
        .before_check = document_text(value, FIELD_ScenarioFault_before), /* the schema has one value */
        .state = state_named(document_text(value, FIELD_ScenarioFault_state)),
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

/* Calls that belong to no system, or answer at once, can only fail. */
static bool can_only_fail(enum request_kind call)
{
    return call == REQUEST_OPEN_SYSTEM || call == REQUEST_ENUMERATE || call == REQUEST_OPEN_PROCESS ||
           call >= REQUEST_GET_SERVICE_PROPERTIES;
}

const char *fault_misplaced(const struct fault *fault)
{
    enum request_kind call = fault->call;
    bool process = call >= REQUEST_CREATE_PROCESS, signal = call == REQUEST_SIGNAL_PROCESS;
    if (fault->effect != FAULT_FAIL && can_only_fail(call))
        return call == REQUEST_KINDS ? "without a call, it can only be Fail" : "this call can only fail";
    switch (fault->effect) {
    case FAULT_LOSE_OUTPUT:
    case FAULT_CLOSE_CONNECTION:
        return process ? NULL : "only calls about a process have this effect";
    case FAULT_LOSE_STATUS:
        return process ? "only calls about a system have this effect" : NULL;
    case FAULT_END_PROCESS:
        return call == REQUEST_CREATE_PROCESS ? NULL : "only HcsCreateProcess has this effect";
    case FAULT_AWAIT_EXIT:
        return signal || call == REQUEST_TERMINATE_PROCESS ? NULL : "only signals to a process have this effect";
    case FAULT_AWAIT_CALLBACK:
        return call == REQUEST_TERMINATE ? NULL : "only HcsTerminateComputeSystem has this effect";
    default:
        return NULL;
    }
}

static bool fits_in_time(const struct fault *fault, const struct fault_subject *subject)
{
    return subject->now >= fault->from && subject->now <= fault->to &&
           (fault->after_start == UINT64_MAX || subject->since_start <= fault->after_start) &&
           (fault->after_exit == UINT64_MAX || subject->since_exit <= fault->after_exit);
}

static bool fits(const struct fault *fault, const struct fault_subject *subject)
{
    if (subject->refused && fault->state < 0 && !fault->before_check)
        return false;
    return (fault->call == subject->call || fault->call == REQUEST_KINDS) && fits_in_time(fault, subject) &&
           (fault->matrix < 0 || fault->matrix == subject->matrix) &&
           (fault->state < 0 || fault->state == subject->state) &&
           (!fault->system || (subject->id && pattern_fits(fault->system, subject->id)));
}

/* For a call that has been counted. The draw is made only where a probability is given, so that plans without one
   change nothing else that is drawn. */
static bool happens(struct fault *fault, struct random *random)
{
    if ((fault->nth && fault->fitted != fault->nth) || (fault->times && fault->happened >= fault->times))
        return false;
    if (fault->per_mille < ALWAYS && random_below(random, ALWAYS) >= fault->per_mille)
        return false;
    fault->happened++;
    return true;
}

const struct fault *fault_find(
    struct fault *faults, unsigned count, const struct fault_subject *subject, struct random *random)
{
    const struct fault *found = NULL;
    for (unsigned i = 0; i < count; i++) {
        if (!fits(&faults[i], subject))
            continue;
        faults[i].fitted++;
        if (!found && happens(&faults[i], random))
            found = &faults[i];
    }
    return found;
}
