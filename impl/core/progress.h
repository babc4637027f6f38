/* Role: the engine, waiting, and who makes progress while clients wait (DESIGN: "Somebody always drives").
   Every blocking export is a step that never blocks, looped by progress_wait().
   Threads: any. All functions but core_schema_minor() and core_lacks() are called with the core lock held. */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include "engine.h"
#include "platform/threads.h"
#include "waiter.h"
#include "lock.h"

/* The engine that COMPUTECORE_ENGINE names, opened at the first call. NULL: it can't be opened, or is being stopped. */
struct engine *core_engine(void);
/* The one that is open, also while it is being stopped and closed; NULL: none is. */
struct engine *core_engine_there(void);
/* Nanoseconds on the engine's clock, or of real time since it was opened; 0 without an engine. */
uint64_t core_now(void);
/* As engine_operations.drive(); an engine without a clock has nothing that could run. */
enum engine_progress core_drive(uint64_t limit);
/* Begins anew, as a new program would: closes the engine and opens one with these options (and what they leave out,
   from the environment). HCS_E_INVALID_STATE: a handle is open, a callback runs, somebody waits or resets, and nothing
   was changed. If none can be opened there is none, and the HRESULT says why. The lock is given back while an engine
   stops that has threads; calls that come meanwhile find no service. */
HRESULT core_reset(const struct engine_options *options);
/* For explorers, after a law was broken: forgets engine, handles and callbacks as they are, without looking into them.
   Their memory is lost. core_reset() follows. */
void core_abandon(void);
/* Runs what is due within the duration, in nanoseconds, callbacks included, and sets the clock to its end. */
void progress_advance(uint64_t duration);
/* The newest schema version 2.N that the engine's host has. Called without the lock; opens the engine. */
unsigned core_schema_minor(void);
/* Does the engine's host lack that function of the API? Called without the lock; opens the engine. */
bool core_lacks(const char *function);

/* true: done. false: blocked until something changes. */
typedef bool (*progress_step)(void *context);

/* Runs the step until it is done or the time is over, and drives meanwhile. Returns whether it was done. An INFINITE
   wait says so once on standard error after 10 s of real time (L8), and as soon as nothing can end it any more. */
bool progress_wait(progress_step step, void *context, DWORD timeout_ms, struct waiting what);

/* Waits of other processes, for which no thread sleeps here: the daemon's loop drives for them, with these, as a thread
   does that waits. deadline: engine time; real_end: when that time has really passed. */
struct far_wait {
    uint64_t deadline, real_end;
    bool asleep; /* set by the caller: nothing has been said to that process since it said that it sleeps */
    bool over;
    struct far_wait *next;
};
void far_wait_begin(struct far_wait *wait, DWORD timeout_ms);
void far_wait_end(struct far_wait *wait);
unsigned far_waits_asleep(void);
/* Runs one event, up to the end of every wait. false: nothing is due. */
bool far_waits_drive(void);
/* Nothing is due: the first wait whose time is over, in real time or at once; NULL: none. */
struct far_wait *far_waits_run_out(bool at_once);
/* The real time at which that will be; PLATFORM_FOREVER: at none. */
uint64_t far_waits_end(void);

/* Something changed that a wait may look at. */
void progress_changed(void);
/* Threads that sleep in a wait and have seen all that changed. */
unsigned progress_asleep(void);
/* A state that queries show changed. */
void progress_count_change(void);
/* A client that polls: the second query in a row by one thread that finds the same thing unchanged runs the
   next engine event first. key: what is looked at. */
void progress_poll(uint64_t key);
/* For explorers and replays, before the first call: the library starts no thread of its own and no poll drives;
   callbacks are taken with event_take(), and the engine is driven by whoever has the hand. */
void progress_by_hand(bool by_hand);
bool progress_is_by_hand(void);
/* By hand: the next poll drives after all, up to the limit. */
void progress_let_poll(uint64_t limit);
/* Where threads that are blocked in the library wait. */
struct platform_place progress_rest_place(void);
/* One call came in; the clock of the pump waits for quiet. */
void progress_count_call(void);
/* Hands a request to the engine. What it leaves due happens even if the client never comes back. */
void progress_submit(struct request *request);

/* pump.c: the thread that runs what is due while no client is inside a call. It exists while callbacks are registered,
   a guest has pipes, or something is due. */
/* One more that needs it. false: there is no thread to be had, and nothing changed. */
bool pump_hold(void);
/* One less. */
void pump_release(void);
/* Something may be due now. */
void pump_attend(void);
/* The pump must look again: a stream is watched, or the engine has something to do. */
void pump_kick(void);
/* The client goes elsewhere: a callback is over, or it has been handed the ends of pipes. If nobody is waiting inside,
   the pump looks soon whether the clock may go on. */
void pump_look(void);
/* How often the clock went on without an engine event that a waiting client drove: at once, because all threads wait
   for it, and after a rest of real time. */
struct pump_moves {
    unsigned at_once, rested;
};
struct pump_moves pump_moves(void);
/* A call came in; the pump looks again if it sleeps without limit. */
void pump_call(void);
/* Is any thread blocked in the library, or about to be? Then that one drives. */
bool progress_is_waited(void);
/* The earliest deadline of all waits, PLATFORM_FOREVER without one. */
uint64_t progress_limit(void);
/* The same, or what the clock may reach by itself now, if that is less. */
uint64_t progress_reach(void);
/* The real time at which the engine has something to do that keeps pace with it; else PLATFORM_FOREVER. */
uint64_t progress_due(void);
unsigned progress_calls(void);

#endif
