/* Role: the open engine, waits, and which thread runs the engine's events while clients wait ("Who drives" in
   impl/README.md). Every blocking export is a step that never blocks, repeated by progress_wait().
   Threads: any. All functions but core_document_options(), core_refuses_at_once(), core_lacks(), progress_by_hand()
   and progress_is_by_hand() are called with the core lock held. */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include "engine.h"
#include "platform/threads.h"
#include "waiter.h"
#include "core/lock.h"

/* Returns the engine that COMPUTECORE_ENGINE names; the first call opens it. NULL if it can't be opened or is being
   stopped. */
struct engine *core_engine(void);
/* True if opening the engine has failed for good, which was reported in one line. When memory was short it is false,
   and the next call tries again. */
bool core_engine_failed(void);
/* Returns the open engine, even while it is being stopped and closed, or NULL if none is open. */
struct engine *core_engine_there(void);
/* Returns the time on the engine's clock in nanoseconds; if it has no clock, the real time since it was opened; 0
   without an engine. */
uint64_t core_now(void);
/* Returns the real time (platform_time()) at which core_now() was 0. */
uint64_t progress_start(void);
/* As engine_operations.drive(); ENGINE_EMPTY for an engine without a clock. */
enum engine_progress core_drive(uint64_t limit);
/* Resets to the state of a new program: closes the engine and opens one with these options (those not given are read
   from the environment). Returns HCS_E_INVALID_STATE, with nothing changed, while a handle is open, a callback runs, a
   thread waits or another reset is in progress. If opening fails, its HRESULT is returned and there is no engine. The
   lock is released while an engine with threads stops; calls in the meantime fail as if no service ran. */
HRESULT core_reset(const struct engine_options *options);
/* To be called at the end of the program: stops and closes the engine. Systems in other processes live on. Handles may
   still be open; further calls fail as if no service ran. */
void core_end(void);
/* For explorers that found a law broken: forgets engine, handles and callbacks without touching or freeing them.
   core_reset() must follow. */
void core_abandon(void);
/* Runs everything due within the next duration nanoseconds, callbacks included, and sets the clock to its end. */
void progress_advance(uint64_t duration);
/* Returns how the engine's host checks the documents of clients. Called without the lock; opens the engine. */
struct document_options core_document_options(void);
/* True if on the engine's host a call with an invalid document fails itself, and not its operation. Called without the
   lock; opens the engine. */
bool core_refuses_at_once(void);
/* True if the engine's host lacks that function of the API. Called without the lock; opens the engine. */
bool core_lacks(const char *function);

/* One attempt of a call, which never blocks. Returns true if it is done, false if it can't be before something changes.
 */
typedef bool (*progress_step)(void *context);

/* Repeats the step until it is done or the wait times out, and runs the engine meanwhile. Returns whether it was done.
   An INFINITE wait is reported on standard error once after 10 s of real time (L8), and once nothing can end it any
   more. */
bool progress_wait(progress_step step, void *context, DWORD timeout_ms, struct waiting what);

/* For ENGINE_TIME_ELSEWHERE: executes a control call in the process that has the simulator, waits for the answer, and
   returns its HRESULT. */
HRESULT progress_control(struct engine_control *control);

/* For waits of this process and of clients (client_wait.h): runs one event that is due up to end. Bytes already in
   pipes are handled before the clock moves. Returns whether anything ran. */
bool progress_run_one(uint64_t end);
/* The same, up to the limit but only as far as the clock may advance now (progress_reach()). */
bool progress_drive_to(uint64_t limit);
/* Sets the clock to the time at which a wait ends. Nothing may be due before. */
void progress_pass(uint64_t time);
/* Returns the real time at which a wait with this deadline on the engine's clock times out. free_end: its end in real
   time, returned for a clock that is independent of real time. In manual time, 0 once the clock has reached the
   deadline, PLATFORM_FOREVER before. */
uint64_t progress_real_end(uint64_t deadline, uint64_t free_end);

/* To be called after a change that a waiting step may depend on: wakes the waits. */
void progress_changed(void);
/* Returns the number of threads that sleep in a wait and have seen the last change. */
unsigned progress_asleep(void);
/* To be called after a change that queries can see; it ends a series of polls. */
void progress_count_change(void);
/* Called by every query. If this thread repeats its last query with nothing changed in between, it polls: the next
   engine event then runs first. key: identifies the query. */
void progress_poll(uint64_t key);
/* For explorers and replays, before the first call: if set, the library starts no thread and polling runs no event; the
   caller takes callbacks with event_take() and runs the engine with core_drive(). */
void progress_by_hand(bool by_hand);
bool progress_is_by_hand(void);
/* By hand: makes the next poll run the engine, up to the limit. */
void progress_let_poll(uint64_t limit);
/* Returns the memory on which threads that are blocked in the library sleep, by which they are recognised. */
struct platform_place progress_rest_place(void);
/* Counts a call of the API; the pump moves the clock only when no calls come. */
void progress_count_call(void);
/* Submits a request to the engine and makes sure that its later events run even if the client makes no further call. */
void progress_submit(struct request *request);

/* pump.c: the thread that runs due events while no client is inside a call. It exists while callbacks are registered, a
   guest has pipes, or something is due. */
/* Adds a user of the pump. Returns false, with nothing changed, if its thread can't be started. */
bool pump_hold(void);
/* Removes a user of the pump. */
void pump_release(void);
/* To be called when something may have become due: starts the pump if it is needed. */
void pump_attend(void);
/* Wakes the pump, because a stream is watched or the engine has something to do. */
void pump_kick(void);
/* To be called when the client returns to its own code after a callback, or with the ends of pipes. If no thread waits
   inside the library, the pump soon checks whether the clock may advance. */
void pump_look(void);
/* How often the pump has moved the clock: at once, since all threads of the client wait for it, or after idle_ms of
   rest. */
struct pump_moves {
    unsigned at_once, rested;
};
struct pump_moves pump_moves(void);
/* To be called in each call of the API: wakes the pump if it sleeps without limit. */
void pump_call(void);
/* True if a thread is blocked in the library, or about to be; that thread then runs the engine. */
bool progress_is_waited(void);
/* Returns the earliest deadline of all waits, or PLATFORM_FOREVER. */
uint64_t progress_limit(void);
/* Returns the time up to which the clock may advance now unless a client moves it; at most progress_limit(). */
uint64_t progress_reach(void);
/* Returns the real time of the next engine event with ENGINE_TIME_REAL, PLATFORM_FOREVER otherwise. */
uint64_t progress_due(void);
unsigned progress_calls(void);

#endif
