/* Waiting and driving. Entry point: progress_wait(). */
#include "progress.h"
#include "core/lock.h"
#include "core/engines.h"
#include "core/event.h"
#include "client_wait.h"
#include "core/handle.h"
#include "core/operation.h"
#include "platform/platform.h"
#include "spec_builds.h"
#include "spec_hresults.h"
#include "core/stream.h"
#include "core/trace.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct platform_condition changed = PLATFORM_CONDITION;
static struct engine *engine;
static bool engine_failed, engine_stops, by_hand;
static bool engine_gone;    /* the engine is open, but a reset could not reopen the simulator in the other process */
static uint64_t poll_limit; /* by hand: up to where the next poll runs the engine; 0: polls don't */
/* A daemon that was not there is looked for again from this platform_time() on; 0: no attempt has failed. */
static uint64_t next_try, retry_ms;
static uint64_t real_start; /* platform_time() when the engine was opened, where its clock starts at 0 */

static struct waiter *waiters;
static unsigned parked, calls;
static unsigned asleep; /* how many of the parked threads have seen the last change */
static uint64_t changes, wakes;

enum { MILLISECOND = 1000000, WARN_MS = 10000, FIRST_RETRY_MS = 100, LAST_RETRY_MS = 1000 };

static uint64_t minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Sets engine_failed if that has failed for good, which was reported. Out of memory, the next call tries again; and one
   that comes some time later where only the daemon is not there. One that takes connections and does not answer has
   failed for good: each attempt would hold up all threads. */
static HRESULT open_engine(const struct engine_options *options)
{
    CHECK(!engine);
    bool comes;
    uint64_t begun = platform_time();
    waiter_begin();
    int state = platform_cancel_off(); /* opening reads files, which are cancellation points */
    HRESULT result = engines_open(options, &engine, &comes);
    platform_cancel_restore(state);
    uint64_t now = platform_time();
    if (!next_try) /* a trace has one beginning, with the first attempt */
        real_start = now;
    bool failed = FAILED(result) && result != E_OUTOFMEMORY;
    engine_failed = failed && (!comes || now - begun > (uint64_t)LAST_RETRY_MS * MILLISECOND);
    retry_ms = !next_try ? FIRST_RETRY_MS : minimum(retry_ms * 2, LAST_RETRY_MS);
    next_try = failed ? now + retry_ms * MILLISECOND : 0;
    return result;
}

struct engine *core_engine(void)
{
    CHECK_HELD();
    if (!engine && !engine_failed && platform_time() >= next_try)
        (void)open_engine(&(struct engine_options){NULL, 0, false});
    return engine_stops || engine_gone ? NULL : engine;
}

bool core_engine_failed(void)
{
    CHECK_HELD();
    return engine_failed;
}

struct engine *core_engine_there(void)
{
    CHECK_HELD();
    return engine;
}

uint64_t core_now(void)
{
    CHECK_HELD();
    struct engine *own = core_engine();
    if (!own)
        return next_try && !engine_failed ? platform_time() - real_start : 0;
    return engine_has_clock(own) ? own->operations->now(own) : platform_time() - real_start;
}

uint64_t progress_start(void)
{
    CHECK_HELD();
    return real_start;
}

enum engine_progress core_drive(uint64_t limit)
{
    CHECK_HELD();
    return !engine_has_clock(engine) || engine_stops ? ENGINE_EMPTY : engine->operations->drive(engine, limit);
}

void progress_pass(uint64_t time)
{
    CHECK_HELD();
    if (engine_has_clock(engine))
        engine->operations->pass(engine, time);
}

/* 0: not known yet; neither is ever 0. known_schema is N of schema version 2.N, and STRICT_DOCUMENTS if they are. */
static atomic_uint known_schema, known_build;
enum { STRICT_DOCUMENTS = 1 << 16 };

/* Releases the core lock during stop(), which waits for the engine's threads: they may need the lock to report. */
static void close_engine(void)
{
    if (!engine)
        return;
    if (engine->operations->stop) {
        engine_stops = true;
        core_unlock();
        engine->operations->stop(engine);
        core_lock();
        engine_stops = false;
    }
    engine->operations->close(engine);
    engine = NULL;
}

/* Sets the core back to the state of a new program. Handles keep their numbers if one was opened while the engine
   stopped. */
static void begin_anew(void)
{
    if (trace_records()) /* a trace has one header */
        trace_to(NULL);
    if (!handle_count()) {
        handle_reset();
        operation_reset();
    }
    atomic_store_explicit(&known_schema, 0, memory_order_relaxed);
    atomic_store_explicit(&known_build, 0, memory_order_relaxed);
}

/* Resets the simulator in the other process, and the state that this process has of it. */
static HRESULT reset_elsewhere(const struct engine_options *options)
{
    struct engine_control control = {.kind = CONTROL_RESET, .options = options};
    HRESULT result = progress_control(&control);
    if (!control.changed)
        return result;
    begin_anew();
    engine_gone = FAILED(result);
    return result;
}

HRESULT core_reset(const struct engine_options *options)
{
    CHECK_HELD();
    if (handle_count() || event_active() || waiters || engine_stops)
        return HCS_E_INVALID_STATE;
    if (engine && engine->time == ENGINE_TIME_ELSEWHERE)
        return reset_elsewhere(options);
    close_engine();
    begin_anew();
    HRESULT result = open_engine(options);
    return SUCCEEDED(result) && engine->time == ENGINE_TIME_ELSEWHERE ? reset_elsewhere(options) : result;
}

void core_end(void)
{
    CHECK_HELD();
    engine_failed = true; /* no further call opens an engine */
    close_engine();
}

void core_abandon(void)
{
    CHECK_HELD();
    engine = NULL;
    waiters = NULL;
    event_abandon();
    handle_abandon();
}

/* Returns a property of the host. It never changes, so only the first call needs the lock. */
static unsigned look_once(atomic_uint *known, unsigned (*look)(void))
{
    CHECK(!core_is_held());
    unsigned value = atomic_load_explicit(known, memory_order_relaxed);
    if (value)
        return value;
    core_lock();
    value = look();
    bool opened = engine;
    core_unlock();
    if (opened)
        atomic_store_explicit(known, value, memory_order_relaxed);
    return value;
}

static unsigned look_at_schema(void)
{
    return core_engine() ? engine->schema_minor | (engine->strict_documents ? STRICT_DOCUMENTS : 0)
                         : document_newest_minor();
}

static unsigned look_at_build(void)
{
    return core_engine() ? engine->os_build : SPEC_COMPLETE_BUILD;
}

struct document_options core_document_options(void)
{
    unsigned schema = look_once(&known_schema, look_at_schema);
    return (struct document_options){
        .minor = schema % STRICT_DOCUMENTS, .limit = DOCUMENT_MISTAKES, .strict = schema & STRICT_DOCUMENTS};
}

bool core_refuses_at_once(void)
{
    core_lock();
    bool refuses = core_engine() && engine->refuses_at_once;
    core_unlock();
    return refuses;
}

bool core_lacks(const char *function)
{
    unsigned build = look_once(&known_build, look_at_build);
    if (build >= SPEC_COMPLETE_BUILD)
        return false;
    for (const struct spec_build *entry = spec_builds; entry->function; entry++)
        if (build < entry->build && !strcmp(entry->function, function))
            return true;
    return false;
}

void progress_changed(void)
{
    CHECK_HELD();
    asleep = 0;
    wakes++;
    if (!parked)
        return;
    platform_notify_all(&changed);
    if (engine && engine->operations->wake)
        engine->operations->wake(engine);
}

unsigned progress_asleep(void)
{
    CHECK_HELD();
    return asleep;
}

void progress_count_change(void)
{
    CHECK_HELD();
    changes++;
}

void progress_by_hand(bool hand)
{
    by_hand = hand;
}

void progress_let_poll(uint64_t limit)
{
    CHECK_HELD();
    CHECK(by_hand);
    poll_limit = limit;
}

bool progress_is_by_hand(void)
{
    return by_hand;
}

void progress_count_call(void)
{
    CHECK_HELD();
    trace_take_effect();
    calls++;
    pump_call();
}

struct platform_place progress_rest_place(void)
{
    CHECK_HELD();
    return (struct platform_place){&changed, sizeof changed};
}

void progress_submit(struct request *request)
{
    CHECK_HELD();
    engine->operations->submit(engine, request);
    pump_attend();
}

unsigned progress_calls(void)
{
    CHECK_HELD();
    return calls;
}

bool progress_is_waited(void)
{
    CHECK_HELD();
    return waiters != NULL;
}

uint64_t progress_limit(void)
{
    CHECK_HELD();
    uint64_t limit = PLATFORM_FOREVER;
    for (struct waiter *waiter = waiters; waiter; waiter = waiter->next)
        if (waiter->deadline < limit)
            limit = waiter->deadline;
    return minimum(limit, client_waits_limit());
}

static unsigned speed(void)
{
    return engine->clock.speed ? engine->clock.speed : 1;
}

/* Converts real time to the clock of an engine with ENGINE_TIME_REAL. */
static uint64_t paced(uint64_t real)
{
    return real > real_start ? (real - real_start) * speed() : 0;
}

static uint64_t real_time_of(uint64_t time)
{
    return time == PLATFORM_FOREVER ? time : real_start + time / speed() + 1;
}

/* Returns the time up to which the clock may advance now unless a client moves it, at most limit. */
static uint64_t reach(uint64_t limit)
{
    uint64_t end = engine->time == ENGINE_TIME_FREE   ? limit
                   : engine->time == ENGINE_TIME_REAL ? paced(platform_time())
                                                      : core_now();
    return end < limit ? end : limit;
}

uint64_t progress_reach(void)
{
    CHECK_HELD();
    return reach(progress_limit());
}

uint64_t progress_due(void)
{
    CHECK_HELD();
    return engine->time == ENGINE_TIME_REAL ? real_time_of(engine->operations->due(engine)) : PLATFORM_FOREVER;
}

bool progress_run_one(uint64_t end)
{
    CHECK_HELD();
    if (stream_watched()) {
        if (core_drive(core_now()) == ENGINE_RAN)
            return true;
        if (stream_poll())
            return true;
    }
    return core_drive(end) == ENGINE_RAN;
}

bool progress_drive_to(uint64_t limit)
{
    CHECK_HELD();
    return progress_run_one(reach(limit));
}

/* How long one wait has held the clock: a queued or running callback stops it, for at most idle_ms of real time. */
struct hold {
    uint64_t since; /* real time; 0: not holding */
    bool over;      /* has held for idle_ms */
};

static bool holds(struct hold *hold)
{
    if (!event_active()) {
        *hold = (struct hold){0, false};
        return false;
    }
    return !hold->over;
}

/* Sleeps on the condition, or in the engine if it has a rest() of its own, until notified or until a real time. */
static void sleep_until(struct platform_condition *condition, uint64_t until)
{
    if (!engine || !engine->operations->rest || !engine->operations->rest(engine, until))
        core_rest(condition, until);
}

static void park(uint64_t until)
{
    CHECK(!by_hand); /* explorers and replays have one thread for many clients */
    parked++;
    event_park(true); /* until leave(); before wakes is read, since it may count as a change */
    uint64_t seen = wakes;
    asleep++;
    sleep_until(&changed, until);
    if (wakes == seen) /* otherwise progress_changed() has reset asleep to 0 */
        asleep--;
    CHECK(parked > 0);
    parked--;
}

struct wait {
    struct waiter waiter;
    struct hold hold;
    uint64_t real_start;
    DWORD timeout_ms;
    bool warned;
    struct engine_wait elsewhere;
};

static bool is_endless(const struct wait *wait)
{
    return wait->timeout_ms == INFINITE;
}

static void warn_once(struct wait *wait, uint64_t now)
{
    if (!is_endless(wait) || wait->warned || now - wait->real_start < (uint64_t)WARN_MS * MILLISECOND)
        return;
    wait->warned = true;
    waiter_tell_long(&wait->waiter);
}

uint64_t progress_real_end(uint64_t deadline, uint64_t free_end)
{
    CHECK_HELD();
    if (engine->time == ENGINE_TIME_MANUAL)
        return core_now() >= deadline ? 0 : PLATFORM_FOREVER;
    return engine->time == ENGINE_TIME_REAL ? real_time_of(deadline) : free_end;
}

/* Moves the clock to the deadline of this wait. Returns false if an event was due before, which has run instead. */
static bool run_out(const struct wait *wait)
{
    if (progress_drive_to(wait->waiter.deadline))
        return false;
    if (engine->time != ENGINE_TIME_MANUAL && core_now() < wait->waiter.deadline)
        progress_pass(wait->waiter.deadline);
    return true;
}

/* Says why the passing of time ends no wait; NULL: it may end one. A clock that is moved by hand needs a thread that
   does it, which must be known even if it has never called the library. */
static const char *why_time_ends_none(void)
{
    uint64_t next = minimum(progress_limit(), engine->operations->due(engine));
    if (next == PLATFORM_FOREVER)
        return "nothing is due";
    bool manual = engine->time == ENGINE_TIME_MANUAL && platform_knows_all_threads() && next > core_now();
    return manual ? "only HcsSimAdvance moves the clock" : NULL;
}

/* If only another thread can end the waits, the newest wait checks whether such a thread is left. An open stream ends
   none unless a guest waits for it. Returns the real time of the next check, or PLATFORM_FOREVER. */
static uint64_t look_for_deadlock(const struct wait *wait, uint64_t now)
{
    if (waiters != &wait->waiter || event_active() || stream_watched() || !engine_has_clock(engine))
        return PLATFORM_FOREVER;
    const char *why = why_time_ends_none();
    return why ? waiter_look_for_deadlock(waiters, why, now) : PLATFORM_FOREVER;
}

/* Returns a number, never 0, by which the other process knows a wait or control call. */
static uint32_t new_id(void)
{
    static uint32_t last;
    return ++last ? last : ++last;
}

/* Tells the other process that this call sleeps. */
static void sleep_elsewhere(struct wait *wait)
{
    if (!wait->elsewhere.id)
        wait->elsewhere = (struct engine_wait){.id = new_id(), .timeout_ms = wait->timeout_ms};
    engine->operations->wait_sleeps(engine, &wait->elsewhere);
}

/* When nothing is due: sleeps until something changes, or lets this wait time out. Returns true if it has timed out. */
static bool rest(struct wait *wait)
{
    uint64_t now = platform_time(), until = PLATFORM_FOREVER;
    if (!wait->real_start)
        wait->real_start = now;
    warn_once(wait, now);
    if (is_endless(wait) && !wait->warned)
        until = wait->real_start + (uint64_t)WARN_MS * MILLISECOND;
    if (holds(&wait->hold)) {
        if (!wait->hold.since)
            wait->hold.since = now;
        uint64_t end = wait->hold.since + (uint64_t)engine->clock.idle_ms * MILLISECOND;
        if (now >= end) {
            wait->hold.over = true;
            return false;
        }
        until = minimum(until, end);
    } else if (engine->time == ENGINE_TIME_ELSEWHERE) {
        if (wait->elsewhere.over)
            return true;
        sleep_elsewhere(wait);
    } else if (wait->timeout_ms != INFINITE) {
        uint64_t end =
            progress_real_end(wait->waiter.deadline, wait->real_start + (uint64_t)wait->timeout_ms * MILLISECOND);
        if (engine->clock.clients == 1 || now >= end)
            return run_out(wait);
        until = minimum(until, end);
    }
    park(minimum(minimum(until, progress_due()), look_for_deadlock(wait, now)));
    return false;
}

static void leave(struct waiter *self)
{
    CHECK_HELD();
    struct waiter **link = &waiters;
    while (*link != self)
        link = &(*link)->next;
    *link = self->next;
    event_park(false);
    progress_changed(); /* the earliest deadline may have changed, and another wait has to run the engine */
}

/* Repeats the step until it is done or the wait has timed out. Returns whether it was done. */
static bool wait_for(struct wait *wait, progress_step step, void *context)
{
    wait->waiter.next = waiters;
    wait->waiter.thread = platform_thread();
    waiters = &wait->waiter;
    bool done = false;
    while (!done) {
        bool held = holds(&wait->hold);
        if (progress_drive_to(held ? core_now() : progress_limit())) {
            wait->hold = (struct hold){0, false};
        } else if (rest(wait)) {
            done = step(context);
            break;
        }
        done = step(context);
    }
    if (wait->elsewhere.id && engine && engine->operations->wait_ended)
        engine->operations->wait_ended(engine, &wait->elsewhere);
    leave(&wait->waiter);
    return done;
}

bool progress_wait(progress_step step, void *context, DWORD timeout_ms, struct waiting what)
{
    CHECK_HELD();
    if (step(context))
        return true;
    if (!core_engine())
        return false;
    struct wait wait = {.timeout_ms = timeout_ms, .waiter.what = what};
    wait.waiter.deadline = is_endless(&wait) ? PLATFORM_FOREVER : core_now() + (uint64_t)timeout_ms * MILLISECOND;
    return wait_for(&wait, step, context);
}

/* --- a simulator in another process --- */

static struct platform_condition control_answered = PLATFORM_CONDITION;

static bool is_answered(void *control)
{
    return ((const struct engine_control *)control)->done;
}

/* A control call does not wake the waits of this process, so that HcsSimCount() counts their threads as waiting. An
   advance is itself a wait: callbacks of this process run before the clock moves on. */
HRESULT progress_control(struct engine_control *control)
{
    CHECK_HELD();
    CHECK(engine && engine->time == ENGINE_TIME_ELSEWHERE);
    control->id = new_id();
    engine->operations->control(engine, control);
    if (control->kind == CONTROL_ADVANCE && !control->done) {
        struct wait wait = {.waiter = {.deadline = PLATFORM_FOREVER, .what = {"HcsSimAdvance", NULL, NULL}},
            .elsewhere = {.id = control->id}};
        (void)wait_for(&wait, is_answered, control); /* the result is in control */
    }
    while (!control->done)
        sleep_until(&control_answered, PLATFORM_FOREVER);
    return control->result;
}

void control_answer(struct engine_control *control, HRESULT result, uint64_t value)
{
    CHECK_HELD();
    CHECK(!control->done);
    control->result = result;
    control->value = value;
    control->done = true;
    platform_notify_all(&control_answered);
    if (control->kind == CONTROL_ADVANCE)
        progress_changed();
}

void progress_advance(uint64_t duration)
{
    CHECK_HELD();
    CHECK(engine && engine->time != ENGINE_TIME_REAL);
    uint64_t now = core_now();
    struct waiter self = {
        .next = waiters, .deadline = now < PLATFORM_FOREVER - duration ? now + duration : PLATFORM_FOREVER - 1};
    struct hold hold = {0, false};
    waiters = &self;
    for (bool done = false; !done;) {
        uint64_t real = platform_time();
        if (holds(&hold)) {
            if (!hold.since)
                hold.since = real;
            uint64_t end = hold.since + (uint64_t)engine->clock.idle_ms * MILLISECOND;
            hold.over = real >= end;
            if (!hold.over)
                park(end);
        } else if (progress_run_one(progress_limit())) {
            hold = (struct hold){0, false};
            progress_changed();
        } else if (progress_limit() < self.deadline) {
            progress_pass(progress_limit()); /* another wait times out first */
            progress_changed();
            park(platform_time() + MILLISECOND);
        } else {
            progress_pass(self.deadline);
            done = true;
        }
    }
    leave(&self);
}

void progress_poll(uint64_t key)
{
    CHECK_HELD();
    static _Thread_local struct {
        uint64_t key, changes;
    } last;
    static struct hold hold;
    if (!core_engine() || (by_hand && !poll_limit))
        return;
    bool again = last.key == key && last.changes == changes;
    if (again && engine->time == ENGINE_TIME_ELSEWHERE) {
        engine->operations->polled(engine);
    } else if (by_hand || again) {
        if (by_hand || !holds(&hold)) {
            uint64_t limit = by_hand ? poll_limit : progress_limit();
            poll_limit = 0;
            trace_poll(limit);
            progress_drive_to(limit);
            hold = (struct hold){0, false};
        } else if (!hold.since)
            hold.since = platform_time();
        else
            hold.over = platform_time() - hold.since >= (uint64_t)engine->clock.idle_ms * MILLISECOND;
    }
    last.key = key;
    last.changes = changes;
}
