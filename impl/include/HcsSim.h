/* Functions of the simulator for tests, beside the API: its clock, its seed, its trace, a reset. A real computecore.dll
   has none of these: a test that also runs against one looks them up at run time.
   They also work where computecored has the simulator: HcsSimCount counts this process, once it has heard all that has
   happened there; computecored writes the trace; HcsSimAdvance, HcsSimTrace, HcsSimScenario and HcsSimReset are for its
   own user and root (others: E_ACCESSDENIED), and HcsSimReset only while no other client is connected (else
   HCS_E_INVALID_STATE).
   With an engine other than the simulator every function but HcsSimBackendCalls returns HCS_E_SERVICE_NOT_AVAILABLE, or
   0. */
#ifndef HCS_SIM_H
#define HCS_SIM_H

#include <computecore.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Advances the clock by a number of virtual nanoseconds. Everything due by then happens in order, callbacks included;
   waits that have timed out return. With "time": "Manual" in the scenario this is the only way to move the clock.
   HRESULTs: S_OK; HCS_E_INVALID_STATE with "time": "Realtime". */
HRESULT WINAPI HcsSimAdvance(UINT64 nanoseconds);

/* Virtual nanoseconds since the simulator was opened. */
UINT64 WINAPI HcsSimNow(void);

/* What the library holds and what is about to run. Memory kept for reuse is not counted. */
typedef struct HCS_SIM_COUNTS {
    UINT32 Handles; /* open handles: operations, systems, processes */
    UINT32 Waiting; /* threads that sleep inside the library and have no wake-up pending */
    UINT32 Due;     /* handles with a queued callback and none running */
    UINT32 Running; /* callbacks that have not returned yet */
} HCS_SIM_COUNTS;

/* Returns the counts at once, without waiting. When no callback is due, and the test can account for every waiting
   thread and every running callback, nothing more happens until the test acts or the clock moves. A test with several
   threads can thus wait for a definite state instead of sleeping.
   HRESULTs: S_OK; E_POINTER: counts is NULL. */
HRESULT WINAPI HcsSimCount(HCS_SIM_COUNTS *counts);

/* How often the calls of this process, the answered ones, have made something act that runs or starts: a start, a
   process, a signal, statistics. What only reads, records or changes a document is not counted, nor what the
   simulator does by letting time pass. Works with every engine of this library; a reset begins at 0. */
UINT64 WINAPI HcsSimBackendCalls(void);

/* The seed of all random choices. */
UINT64 WINAPI HcsSimSeed(void);

/* Ends the trace that is being written, if any, and starts one in a file (UTF-16; NULL: none). hash (may be NULL)
   receives the hash of the trace that ends, 0 if there was none or it could not be written to its end.
   HRESULTs: S_OK; E_INVALIDARG: the file can't be written; tracing is off. */
HRESULT WINAPI HcsSimTrace(PCWSTR path, UINT64 *hash);

/* Changes faults, latencies and facts of the host while systems live. scenario: a file or JSON text with the members
   that change:
     "faults"     the list replaces the one before; its rules have counted no calls yet. [] or null: no faults. What
                  earlier faults hold back or have lost stays so.
     "latencies"  each that is given replaces that of the same name; null: the default. Calls under way keep theirs.
     "host"       each of memoryInMB, processors, elevated, lacks and guestReset that is given replaces the one before;
                  null: the default. Systems that exist stay.
   null for "latencies" or "host" resets all of it. Other members may be there, as in a file that the simulator was
   opened with, if their values are still the same. withinMsOfExit knows the exits since a rule first had it. With
   computecored the change applies to all clients at once, after the calls that this one has made; a trace records it,
   and a replay repeats it.
   HRESULTs: S_OK; E_POINTER: scenario is NULL; E_INVALIDARG: the file can't be read or the scenario is not valid;
   HCS_E_INVALID_STATE: another member would change, such as seed, time or osBuild, for which HcsSimReset is. After a
   failure nothing has changed, and a line on standard error names the member (of the process that has the simulator).
 */
HRESULT WINAPI HcsSimScenario(PCWSTR scenario);

/* Resets the simulator to the state of a new program: no systems, the clock at 0, handle values from the first again. A
   trace in progress ends. scenario: a file or JSON text (NULL: COMPUTECORE_SCENARIO). seed (NULL: COMPUTECORE_SEED,
   else the scenario's).
   HRESULTs: S_OK; HCS_E_INVALID_STATE: a handle is open, a callback is due or a thread waits; nothing was changed;
   E_INVALIDARG: the scenario is not valid; a line on standard error says why, and calls fail until the next reset. */
HRESULT WINAPI HcsSimReset(PCWSTR scenario, const UINT64 *seed);

#ifdef __cplusplus
}
#endif

#endif
