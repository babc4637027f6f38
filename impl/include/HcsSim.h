/* What the simulator offers to tests beside the API: its clock, its seed, its trace, a fresh start.
   A real computecore.dll has none of these: look them up at run time where a test also runs on one.
   With another engine than the simulator every function answers HCS_E_SERVICE_NOT_AVAILABLE, or 0. */
#ifndef HCS_SIM_H
#define HCS_SIM_H

#include <computecore.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Moves the clock forward by a number of virtual nanoseconds. All that is due until then happens, and its callbacks are
   called, in order; waits whose time is over end. With "time": "Manual" in the scenario the clock moves in no other
   way. HRESULTs: S_OK; HCS_E_INVALID_STATE with "time": "Realtime". */
HRESULT WINAPI HcsSimAdvance(UINT64 nanoseconds);

/* Virtual nanoseconds since the simulator was opened. */
UINT64 WINAPI HcsSimNow(void);

/* What the library holds, and what it is about to do. Memory that it keeps for later use is not counted. */
typedef struct HCS_SIM_COUNTS {
    UINT32 Handles; /* open ones: operations, systems, processes */
    UINT32 Waiting; /* threads asleep inside the library that nothing which has happened so far wakes */
    UINT32 Due;     /* handles with callbacks that are to be called and none that runs */
    UINT32 Running; /* callbacks that were called and have not returned */
} HCS_SIM_COUNTS;

/* Counts without waiting. When no callback is due, and each running callback and each call that a test has made is
   accounted for by what the test itself knows, nothing more happens until the test acts or the clock moves: so a test
   with several threads waits for an event instead of for a while. HRESULTs: S_OK; E_POINTER: counts is NULL. */
HRESULT WINAPI HcsSimCount(HCS_SIM_COUNTS *counts);

/* The seed of all that is drawn. */
UINT64 WINAPI HcsSimSeed(void);

/* Ends the trace that is being written, if any, and starts one in a file (UTF-16; NULL: none). hash (may be NULL)
   takes the hash of the trace that ends, 0 if there was none. HRESULTs: S_OK; E_INVALIDARG: the file can't be written,
   and nothing is traced. */
HRESULT WINAPI HcsSimTrace(PCWSTR path, UINT64 *hash);

/* Begins anew, as a new program would: no system, the clock at 0, the first handle values once more. A trace ends.
   scenario: a file or JSON text (NULL: COMPUTECORE_SCENARIO). seed (NULL: COMPUTECORE_SEED, else the scenario's).
   HRESULTs: S_OK; HCS_E_INVALID_STATE: a handle is open, a callback is due or somebody waits, and nothing was changed;
   E_INVALIDARG: the scenario is not valid, a line on standard error says why, and calls fail until the next reset. */
HRESULT WINAPI HcsSimReset(PCWSTR scenario, const UINT64 *seed);

#ifdef __cplusplus
}
#endif

#endif
