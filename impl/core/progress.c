/* Waiting and driving. Entry point: progress_wait(). */
#include "progress.h"
#include "engines.h"
#include "event.h"
#include "handle.h"
#include "operation.h"
#include "platform/platform.h"
#include "spec_builds.h"
#include "spec_hresults.h"
#include "stream.h"
#include "trace.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct platform_condition changed = PLATFORM_CONDITION;
static struct engine *engine;
static bool engine_failed, engine_stops, by_hand;
static uint64_t poll_limit; /* by hand; 0: polls do not drive */
static uint64_t real_start; /* the real time at 0 on the engine's clock */

static struct far_wait *first_far_wait(void);

static struct waiter *waiters;
static unsigned parked, calls;
static unsigned asleep; /* threads parked since the last change */
static uint64_t changes, wakes;

enum { MILLISECOND = 1000000, WARN_MS = 10000 };

static HRESULT open_engine(const struct engine_options *options)
{
    CHECK(!engine);
    int state = platform_cancel_off(); /* it reads files */
    HRESULT result = engines_open(options, &engine);
    platform_cancel_restore(state);
    real_start = platform_time();
    return result;
}

/* Out of memory: the next call tries again. Any other failure to open an engine has been reported and is final. */
static bool is_final(HRESULT result)
{
    return FAILED(result) && result != E_OUTOFMEMORY;
}

struct engine *core_engine(void)
{
    CHECK_HELD();
    if (!engine && !engine_failed)
        engine_failed = is_final(open_engine(&(struct engine_options){NULL, 0, false}));
    return engine_stops ? NULL : engine;
}

struct engine *core_engine_there(void)
{
    CHECK_HELD();
    return engine;
}

uint64_t core_now(void)
{
    struct engine *own = core_engine();
    if (!own)
        return 0;
    return engine_has_clock(own) ? own->operations->now(own) : platform_time() - real_start;
}

enum engine_progress core_drive(uint64_t limit)
{
    return !engine_has_clock(engine) || engine_stops ? ENGINE_EMPTY : engine->operations->drive(engine, limit);
}

static void pass(uint64_t time)
{
    if (engine_has_clock(engine))
        engine->operations->pass(engine, time);
}

static atomic_uint known_schema, known_build; /* 0: not known yet; neither is ever 0 */

/* Without the lock: a thread of the engine that wants to report needs it, or stop() would wait for that thread forever.
 */
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

HRESULT core_reset(const struct engine_options *options)
{
    CHECK_HELD();
    if (handle_count() || event_active() || waiters || engine_stops)
        return HCS_E_INVALID_STATE;
    close_engine();
    if (trace_records()) /* a trace covers one engine */
        trace_to(NULL);
    if (!handle_count()) { /* an operation may have been created meanwhile */
        handle_reset();
        operation_reset();
    }
    atomic_store_explicit(&known_schema, 0, memory_order_relaxed);
    atomic_store_explicit(&known_build, 0, memory_order_relaxed);
    HRESULT result = open_engine(options);
    engine_failed = is_final(result);
    return result;
}

void core_abandon(void)
{
    CHECK_HELD();
    engine = NULL;
    waiters = NULL;
    event_abandon();
    handle_abandon();
}

/* A host's properties do not change: after the first call no lock is needed. */
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
    return core_engine() ? engine->schema_minor : document_newest_minor();
}

static unsigned look_at_build(void)
{
    return core_engine() ? engine->os_build : SPEC_COMPLETE_BUILD;
}

unsigned core_schema_minor(void)
{
    return look_once(&known_schema, look_at_schema);
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
    if (parked)
        platform_notify_all(&changed);
}

unsigned progress_asleep(void)
{
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
    const struct far_wait *remote = first_far_wait();
    return remote && remote->deadline < limit ? remote->deadline : limit;
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

/* How far the clock may advance by itself. */
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

/* Runs one event, if any is due up to the end. Bytes already in pipes are delivered before the clock moves. */
static bool run_one(uint64_t end)
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

/* The same, but no further than the clock may advance by itself. */
static bool drive_to(uint64_t limit)
{
    return run_one(reach(limit));
}

/* A queued or running callback stops the clock for at most idle_ms of real time. */
struct hold {
    uint64_t since; /* real time, 0: not holding */
    bool over;
};

static bool holds(struct hold *hold)
{
    if (!event_active()) {
        *hold = (struct hold){0, false};
        return false;
    }
    return !hold->over;
}

static void park(uint64_t until)
{
    CHECK(!by_hand); /* explorers and replays have one thread for many clients */
    parked++;
    event_park(true); /* may itself count as a change, so it precedes the count */
    uint64_t seen = wakes;
    asleep++;
    core_rest(&changed, until);
    if (wakes == seen) /* otherwise a change has reset the count to 0 */
        asleep--;
    event_park(false);
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

static uint64_t minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The real time at which a wait times out; with a clock that only a client moves: at once when the clock has reached
   the deadline, else never. */
static uint64_t real_end(const struct wait *wait)
{
    if (engine->time == ENGINE_TIME_MANUAL)
        return core_now() >= wait->waiter.deadline ? 0 : PLATFORM_FOREVER;
    if (engine->time == ENGINE_TIME_REAL)
        return real_time_of(wait->waiter.deadline);
    return wait->real_start + (uint64_t)wait->timeout_ms * MILLISECOND;
}

/* Lets this wait time out, unless an event is due before. */
static bool run_out(const struct wait *wait)
{
    if (drive_to(wait->waiter.deadline))
        return false;
    if (engine->time != ENGINE_TIME_MANUAL && core_now() < wait->waiter.deadline)
        pass(wait->waiter.deadline);
    return true;
}

/* If only another thread can end the waits, the newest of them checks whether such a thread is left. */
static uint64_t look_for_deadlock(const struct wait *wait, uint64_t now)
{
    if (waiters != &wait->waiter || progress_limit() != PLATFORM_FOREVER || event_active() || stream_count() ||
        !engine_has_clock(engine) || engine->operations->due(engine) != PLATFORM_FOREVER)
        return PLATFORM_FOREVER;
    return waiter_look_for_deadlock(waiters, now);
}

/* Tells the process that has the clock that this call sleeps. */
static void sleep_elsewhere(struct wait *wait)
{
    static uint32_t last_id;
    if (!wait->elsewhere.id)
        wait->elsewhere = (struct engine_wait){.id = ++last_id ? last_id : ++last_id, .timeout_ms = wait->timeout_ms};
    engine->operations->wait_sleeps(engine, &wait->elsewhere);
}

/* Nothing is due: sleeps until something changes, or lets this wait time out. true: it timed out. */
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
        uint64_t end = real_end(wait);
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
    progress_changed(); /* the limit may have moved; another wait takes over running the engine */
}

bool progress_wait(progress_step step, void *context, DWORD timeout_ms, struct waiting what)
{
    CHECK_HELD();
    if (step(context))
        return true;
    if (!core_engine())
        return false;
    uint64_t now = core_now();
    struct wait wait = {.timeout_ms = timeout_ms};
    wait.waiter = (struct waiter){.next = waiters,
        .deadline = is_endless(&wait) ? PLATFORM_FOREVER : now + (uint64_t)timeout_ms * MILLISECOND,
        .thread = platform_thread(),
        .what = what};
    waiters = &wait.waiter;
    bool done = false;
    while (!done) {
        bool held = holds(&wait.hold);
        now = core_now();
        if (drive_to(held ? now : progress_limit())) {
            wait.hold = (struct hold){0, false};
        } else if (rest(&wait)) {
            done = step(context);
            break;
        }
        done = step(context);
    }
    if (wait.elsewhere.id && engine && engine->operations->wait_ended)
        engine->operations->wait_ended(engine, &wait.elsewhere);
    leave(&wait.waiter);
    return done;
}

/* --- waits of other processes --- */

static struct far_wait *far_waits;

void far_wait_begin(struct far_wait *wait, DWORD timeout_ms)
{
    CHECK_HELD();
    uint64_t time = (uint64_t)timeout_ms * MILLISECOND;
    bool ends = timeout_ms != INFINITE;
    wait->deadline = ends ? core_now() + time : PLATFORM_FOREVER;
    wait->real_end = ends ? platform_time() + time : PLATFORM_FOREVER;
    wait->over = false;
    wait->next = far_waits;
    far_waits = wait;
}

void far_wait_end(struct far_wait *wait)
{
    CHECK_HELD();
    struct far_wait **link = &far_waits;
    while (*link && *link != wait)
        link = &(*link)->next;
    if (*link)
        *link = wait->next;
}

unsigned far_waits_asleep(void)
{
    CHECK_HELD();
    unsigned count = 0;
    for (const struct far_wait *wait = far_waits; wait; wait = wait->next)
        count += wait->asleep && !wait->over;
    return count;
}

/* The wait with the earliest deadline; NULL: none has one. */
static struct far_wait *first_far_wait(void)
{
    struct far_wait *first = NULL;
    for (struct far_wait *wait = far_waits; wait; wait = wait->next)
        if (!wait->over && wait->deadline != PLATFORM_FOREVER && (!first || wait->deadline < first->deadline))
            first = wait;
    return first;
}

struct far_wait *far_waits_run_out(bool at_once)
{
    CHECK_HELD();
    struct far_wait *first = first_far_wait();
    if (!first || !first->asleep || (!at_once && platform_time() < first->real_end) || drive_to(first->deadline))
        return NULL;
    if (core_now() < first->deadline)
        pass(first->deadline);
    first->over = true;
    return first;
}

uint64_t far_waits_end(void)
{
    const struct far_wait *first = first_far_wait();
    return first && first->asleep ? first->real_end : PLATFORM_FOREVER;
}

bool far_waits_drive(void)
{
    CHECK_HELD();
    return core_engine() && drive_to(progress_limit());
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
        } else if (run_one(progress_limit())) {
            hold = (struct hold){0, false};
            progress_changed();
        } else if (progress_limit() < self.deadline) {
            pass(progress_limit()); /* another wait times out first */
            progress_changed();
            park(platform_time() + MILLISECOND);
        } else {
            pass(self.deadline);
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
            drive_to(limit);
            hold = (struct hold){0, false};
        } else if (!hold.since)
            hold.since = platform_time();
        else
            hold.over = platform_time() - hold.since >= (uint64_t)engine->clock.idle_ms * MILLISECOND;
    }
    last.key = key;
    last.changes = changes;
}
