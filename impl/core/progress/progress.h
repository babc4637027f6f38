/* Role: the open engine, waits, and which thread runs the engine's events while clients wait ("Who drives" in
   impl/README.md). Every blocking export is a step that never blocks, repeated by progress_wait().
   Threads: any. All functions but core_schema_minor(), core_refuses_at_once(), core_lacks(), progress_by_hand() and
   progress_is_by_hand() are called with the core lock held. */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include "engine.h"
#include "platform/threads.h"
#include "waiter.h"
#include "core/lock.h"

/* The engine that COMPUTECORE_ENGINE names, opened by the first call. NULL: it can't be opened, or is being stopped. */
struct engine *core_engine(void);
/* Whether it could not be opened for good, which was reported in one line; false after a shortage of memory, when the
   next call tries again. */
bool core_engine_failed(void);
/* The open engine, even while it is being stopped and closed; NULL: none is open. */
struct engine *core_engine_there(void);
/* Nanoseconds on the engine's clock, or of real time since it was opened; 0 without an engine. */
uint64_t core_now(void);
/* The real time, on the clock of platform_time(), at which core_now() was 0. */
uint64_t progress_start(void);
/* As engine_operations.drive(); ENGINE_EMPTY for an engine without a clock. */
enum engine_progress core_drive(uint64_t limit);
/* Resets to the state of a new program: closes the engine and opens one with these options (those not given are read
   from the environment). HCS_E_INVALID_STATE: a handle is open, a callback runs, a thread waits or another reset is in
   progress; nothing was changed. If no engine can be opened there is none, and the HRESULT says why. The lock is
   released while an engine with threads stops; calls in the meantime find no service. */
HRESULT core_reset(const struct engine_options *options);
/* The program ends: stops and closes the engine, whose systems live on if they are not in this process. Handles may be
   open; calls find no service from here on. */
void core_end(void);
/* For explorers, after a law was broken: abandons engine, handles and callbacks without touching them. Their memory
   leaks. core_reset() must follow. */
void core_abandon(void);
/* Runs everything due within the duration, in nanoseconds, callbacks included, and sets the clock to its end. */
void progress_advance(uint64_t duration);
/* N of the newest schema version 2.N that the engine's host supports. Called without the lock; opens the engine. */
unsigned core_schema_minor(void);
/* True if the host answers a wrong document at once, and not by the operation. Called without the lock; opens the
   engine. */
bool core_refuses_at_once(void);
/* True if the engine's host lacks that function of the API. Called without the lock; opens the engine. */
bool core_lacks(const char *function);

/* true: done. false: blocked until something changes. */
typedef bool (*progress_step)(void *context);

/* Repeats the step until it is done or the wait times out, and runs the engine meanwhile. Returns whether it was done.
   An INFINITE wait reports itself once on standard error after 10 s of real time (L8), and as soon as nothing can end
   it any more. */
bool progress_wait(progress_step step, void *context, DWORD timeout_ms, struct waiting what);

/* For ENGINE_TIME_ELSEWHERE: executes a control call in the process that has the simulator, waits for the answer, and
   returns its HRESULT. */
HRESULT progress_control(struct engine_control *control);

/* For waits, here and of other processes (client_wait.h). One event, if any is due up to the end; bytes that lie in
   pipes already come before the clock moves. */
bool progress_run_one(uint64_t end);
/* The same up to the limit, as far as the clock may go by itself. */
bool progress_drive_to(uint64_t limit);
/* Sets the clock to the end of a wait; nothing is due before. */
void progress_pass(uint64_t time);
/* When, in real time, the time of a wait is over that ends at a deadline of the engine's clock; free_end: when it has
   really passed. A clock that only a client moves takes no real time. */
uint64_t progress_real_end(uint64_t deadline, uint64_t free_end);

/* Something changed that a waiting step may depend on: wakes the waits. */
void progress_changed(void);
/* The number of threads that sleep in a wait and have no change left to look at. */
unsigned progress_asleep(void);
/* A state that queries can see has changed. */
void progress_count_change(void);
/* Called by every query. A client that polls, that is, a thread that asks for the same thing twice in a row with
   nothing changed in between, runs the next engine event first. key: identifies what is asked for. */
void progress_poll(uint64_t key);
/* For explorers and replays, before the first call: the library starts no thread and polling runs no event; the caller
   takes callbacks with event_take() and runs the engine with core_drive(). */
void progress_by_hand(bool by_hand);
bool progress_is_by_hand(void);
/* By hand: the next poll does run the engine, up to the limit. */
void progress_let_poll(uint64_t limit);
/* Where threads blocked in the library wait. */
struct platform_place progress_rest_place(void);
/* Counts a call of the API; the pump moves the clock only when no calls come. */
void progress_count_call(void);
/* Submits a request to the engine and makes sure that its later events run even if the client makes no further call. */
void progress_submit(struct request *request);

/* pump.c: the thread that runs due events while no client is inside a call. It exists while callbacks are registered, a
   guest has pipes, or something is due. */
/* Adds a user of the pump. false: its thread could not be started, and nothing changed. */
bool pump_hold(void);
/* Removes a user of the pump. */
void pump_release(void);
/* Something may be due now: starts the pump if it is needed. */
void pump_attend(void);
/* Wakes the pump: a stream is watched, or the engine has something to do. */
void pump_kick(void);
/* The client returns to its own code: a callback has ended, or it was handed the ends of pipes. If no thread waits
   inside the library, the pump soon checks whether the clock may advance. */
void pump_look(void);
/* How often the pump has moved the clock: at once, because all threads wait for it, or after a pause of real time. */
struct pump_moves {
    unsigned at_once, rested;
};
struct pump_moves pump_moves(void);
/* A call was made; wakes the pump if it sleeps without limit. */
void pump_call(void);
/* True if a thread is blocked in the library, or about to be; that thread then runs the engine. */
bool progress_is_waited(void);
/* The earliest deadline of all waits, PLATFORM_FOREVER without one. */
uint64_t progress_limit(void);
/* The same, but no later than the clock may advance by itself now. */
uint64_t progress_reach(void);
/* With ENGINE_TIME_REAL: the real time of the next engine event; else PLATFORM_FOREVER. */
uint64_t progress_due(void);
unsigned progress_calls(void);

#endif
