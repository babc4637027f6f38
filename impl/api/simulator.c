/* The simulator's functions for tests, for a simulator in this process or in another. HcsSim.h has their contracts. */
#include "include/HcsSim.h"
#include "backend/sim.h"
#include "base/files/files.h"
#include "core/event.h"
#include "core/handle.h"
#include "core/progress/progress.h"
#include "core/text/text.h"
#include "core/trace.h"
#include "spec_hresults.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_elsewhere(void)
{
    return core_engine() && core_engine()->time == ENGINE_TIME_ELSEWHERE;
}

/* Takes the lock, and sets *here if the simulator is in this process. Returns S_OK then, otherwise the answer of the
   process that has it; HCS_E_SERVICE_NOT_AVAILABLE if none has. */
static HRESULT ask(struct engine_control *control, bool *here)
{
    CHECK(!core_is_held());
    core_lock();
    *here = core_engine() && core_engine()->operations == &sim_engine;
    if (*here)
        return S_OK;
    return is_elsewhere() ? progress_control(control) : HCS_E_SERVICE_NOT_AVAILABLE;
}

HRESULT WINAPI HcsSimAdvance(UINT64 nanoseconds)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    bool here;
    HRESULT result = ask(&(struct engine_control){.kind = CONTROL_ADVANCE, .value = nanoseconds}, &here);
    if (here && core_engine()->time == ENGINE_TIME_REAL)
        result = HCS_E_INVALID_STATE;
    else if (here)
        progress_advance(nanoseconds);
    core_unlock();
    return result;
}

HRESULT WINAPI HcsSimCount(HCS_SIM_COUNTS *counts)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    if (!counts)
        return E_POINTER;
    bool here;
    HRESULT result = ask(&(struct engine_control){.kind = CONTROL_COUNT}, &here);
    *counts = (HCS_SIM_COUNTS){(UINT32)handle_count(), progress_asleep(), 0, 0};
    event_count(&counts->Due, &counts->Running);
    core_unlock();
    return result;
}

/* Asks the simulator for a number, with look() in this process. Returns 0 if there is no simulator. */
static UINT64 number(enum control_kind kind, uint64_t (*look)(void))
{
    if (core_is_forked())
        return 0;
    bool here;
    struct engine_control control = {.kind = kind};
    HRESULT result = ask(&control, &here);
    UINT64 value = here ? look() : SUCCEEDED(result) ? control.value : 0;
    core_unlock();
    return value;
}

UINT64 WINAPI HcsSimNow(void)
{
    return number(CONTROL_NOW, core_now);
}

UINT64 WINAPI HcsSimBackendCalls(void)
{
    return number(CONTROL_BACKEND_CALLS, sim_backend_calls);
}

UINT64 WINAPI HcsSimSeed(void)
{
    return number(CONTROL_SEED, sim_seed);
}

HRESULT WINAPI HcsSimTrace(PCWSTR path, UINT64 *hash)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    char *file = path ? text_copy(path) : NULL;
    if (path && !file)
        return E_INVALIDARG;
    bool here;
    uint64_t ended = 0;
    (void)trace_is_on(); /* begins the trace that COMPUTECORE_TRACE names, which this call then ends */
    struct engine_control control = {.kind = CONTROL_TRACE, .path = file};
    HRESULT result = ask(&control, &here);
    if (here)
        result = trace_change(file, &ended);
    else
        ended = control.value;
    if (hash && result != HCS_E_SERVICE_NOT_AVAILABLE)
        *hash = ended;
    core_unlock();
    free(file);
    return result;
}

/* Reads what HcsSimScenario() was given, a file or JSON text. Returns NULL after setting *result. */
static char *read_change(PCWSTR given, const char **where, char **path, size_t *length, HRESULT *result)
{
    char *text = text_copy(given);
    *result = text ? S_OK : E_INVALIDARG;
    *where = "in HcsSimScenario";
    *path = NULL;
    if (!text || text[strspn(text, " \t\r\n")] == '{') {
        *length = text ? strlen(text) : 0;
        return text;
    }
    *where = *path = text;
    text = file_read(*path, SCENARIO_BYTES, length);
    if (!text)
        *result = errno == ENOMEM ? E_OUTOFMEMORY : scenario_refuse(*path, "can't be read");
    return text;
}

HRESULT WINAPI HcsSimScenario(PCWSTR scenario)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    if (!scenario)
        return E_POINTER;
    const char *where;
    size_t length;
    char *path;
    HRESULT result;
    char *text = read_change(scenario, &where, &path, &length, &result);
    core_lock();
    bool here = core_engine() && core_engine()->operations == &sim_engine;
    if (!here && !is_elsewhere())
        result = HCS_E_SERVICE_NOT_AVAILABLE;
    else if (text && here)
        result = sim_change(text, length, where);
    else if (text) { /* mistakes are reported where the client sees them */
        result = scenario_parse(text, length, where, 0, NULL);
        if (SUCCEEDED(result))
            result = progress_control(&(struct engine_control){.kind = CONTROL_SCENARIO, .scenario = text});
    }
    core_unlock();
    free(text);
    free(path);
    return result;
}

HRESULT WINAPI HcsSimReset(PCWSTR scenario, const UINT64 *seed)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    char digits[24];
    char *text = scenario ? text_copy(scenario) : NULL;
    if (scenario && !text)
        return E_INVALIDARG;
    if (seed)
        snprintf(digits, sizeof digits, "%" PRIu64, *seed);
    const struct engine_option list[] = SCENARIO_OPTIONS(text, seed ? digits : NULL, NULL);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    core_lock();
    HRESULT result = core_reset(&options);
    core_unlock();
    free(text);
    return result;
}
