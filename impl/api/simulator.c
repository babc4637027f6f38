/* The simulator's functions for tests. HcsSim.h has their contracts. */
#include "include/HcsSim.h"
#include "core/event.h"
#include "core/handle.h"
#include "core/progress.h"
#include "core/text.h"
#include "core/trace.h"
#include "backend/sim.h"
#include "spec_hresults.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Takes the lock. */
static bool is_simulated(void)
{
    CHECK(!core_is_held());
    core_lock();
    return core_engine() && core_engine()->operations == &sim_engine;
}

HRESULT WINAPI HcsSimAdvance(UINT64 nanoseconds)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    HRESULT result = S_OK;
    if (!is_simulated())
        result = HCS_E_SERVICE_NOT_AVAILABLE;
    else if (core_engine()->time == ENGINE_TIME_REAL)
        result = HCS_E_INVALID_STATE;
    else
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
    HRESULT result = is_simulated() ? S_OK : HCS_E_SERVICE_NOT_AVAILABLE;
    *counts = (HCS_SIM_COUNTS){(UINT32)handle_count(), progress_asleep(), 0, 0};
    event_count(&counts->Due, &counts->Running);
    core_unlock();
    return result;
}

UINT64 WINAPI HcsSimNow(void)
{
    if (core_is_forked())
        return 0;
    UINT64 now = is_simulated() ? core_now() : 0;
    core_unlock();
    return now;
}

UINT64 WINAPI HcsSimSeed(void)
{
    if (core_is_forked())
        return 0;
    UINT64 seed = is_simulated() ? ((const struct sim *)core_engine())->scenario.seed : 0;
    core_unlock();
    return seed;
}

HRESULT WINAPI HcsSimTrace(PCWSTR path, UINT64 *hash)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    char *file = path ? text_copy(path) : NULL;
    HRESULT result = path && !file ? E_INVALIDARG : S_OK;
    bool was_on = trace_is_on();
    if (!is_simulated())
        result = HCS_E_SERVICE_NOT_AVAILABLE;
    if (SUCCEEDED(result)) {
        if (hash)
            *hash = was_on ? trace_hash() : 0;
        trace_to(NULL);
        if (file && trace_to_file(file))
            result = E_INVALIDARG;
    }
    core_unlock();
    free(file);
    return result;
}

HRESULT WINAPI HcsSimReset(PCWSTR scenario, const UINT64 *seed)
{
    if (core_is_forked())
        return HCS_E_SERVICE_NOT_AVAILABLE;
    char number[24];
    char *text = scenario ? text_copy(scenario) : NULL;
    if (scenario && !text)
        return E_INVALIDARG;
    if (seed)
        snprintf(number, sizeof number, "%" PRIu64, *seed);
    const struct engine_option list[] = SCENARIO_OPTIONS(text, seed ? number : NULL, NULL);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    core_lock();
    HRESULT result = core_reset(&options);
    core_unlock();
    free(text);
    return result;
}
