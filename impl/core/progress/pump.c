/* The pump: one library thread that runs what is due and carries bytes while no client is inside a call.
   It moves the clock only after idle_ms without a call or a byte. Entry points: pump_hold(), pump_attend(). */
#include "core/event.h"
#include "core/lock.h"
#include "platform/platform.h"
#include "progress.h"
#include "core/stream.h"
#include "threads.h"
#include "core/trace.h"

static unsigned needs;
static bool running, forever, kicked;
static enum { PUMP_BUSY, PUMP_RESTS, PUMP_NAPS, PUMP_POLLS } pump;
static struct platform_condition kick = PLATFORM_CONDITION;
static unsigned calls; /* progress_calls() at the pump's last check */
static uint64_t quiet; /* real time since which the pump has seen no call and no byte and has not moved the clock */
static unsigned looks; /* checks left to make without sleeping, since the client will probably wait soon */
static struct {
    bool asked;       /* pump_look() was called since the pump's last check */
    unsigned calls;   /* progress_calls() at that time */
    unsigned returns; /* how many of the last looks came too late: the client had called again already */
} look;
static struct pump_moves moves;
static struct platform_waker *waker; /* created with the first stream to wait for: until then no descriptor is needed */

enum { LOOK_MS = 2, TICK_MS = 10, REST_MS = 1000, LEFT_OUT_MS = 100, MILLISECOND = 1000000 };
/* The clock waits PATIENCE times idle_ms for a thread that runs or is runnable, since it will call or wait soon. */
enum { PATIENCE = 10, LOOKS = 50 };
/* After RETURNS looks in a row that came too late, the pump is no longer woken for each, but looks every NAP_NS. */
enum { RETURNS = 8, NAP_NS = 300000 };

/* True if the clock advances while the client is outside the library, even with no callback registered. It does not
   with "clients": 1 in the scenario, so that each run gives the same trace. */
static bool attends(const struct engine *engine)
{
    return engine_has_clock(engine) && engine->time != ENGINE_TIME_MANUAL && engine->clock.clients != 1;
}

/* Runs everything due now if the pump has a user. Returns whether more is due later. */
static enum engine_progress run_due(struct engine *engine)
{
    bool paced = engine->time == ENGINE_TIME_REAL, ran = false;
    enum engine_progress progress;
    if (!needs && !attends(engine))
        return ENGINE_EMPTY;
    if (!needs && !paced)
        return engine->operations->due(engine) == PLATFORM_FOREVER ? ENGINE_EMPTY : ENGINE_LATER;
    while ((progress = core_drive(paced ? progress_reach() : core_now())) == ENGINE_RAN)
        ran = true;
    if (ran)
        progress_changed();
    return progress;
}

static void look_for_calls(uint64_t now)
{
    if (calls != progress_calls())
        quiet = now;
    calls = progress_calls();
}

/* Returns the milliseconds from now until then, rounded up, at most REST_MS. */
static int until(uint64_t then, uint64_t now)
{
    uint64_t left = then > now ? (then - now + MILLISECOND - 1) / MILLISECOND : 0;
    return left < REST_MS ? (int)left : REST_MS;
}

/* For a free clock with something due later: returns the milliseconds until the clock may advance or until the next
   check; 0: it may advance now. Without a user of the pump no check is needed before idle_ms. */
static int wait_for_client(const struct engine *engine, uint64_t now)
{
    uint64_t idle = (uint64_t)engine->clock.idle_ms * MILLISECOND, gone = now - quiet;
    bool over = gone >= idle;
    if (!over && !needs)
        return until(quiet + idle, now);
    enum platform_stand stand = threads_look(needs > 0);
    if (stand == PLATFORM_STAND_INSIDE || (over && (stand != PLATFORM_STAND_RUNS || gone >= idle * PATIENCE))) {
        looks = stand == PLATFORM_STAND_INSIDE ? LOOKS : 0;
        moves.at_once += !over;
        moves.rested += over;
        return 0;
    }
    int limit = until(quiet + (over ? idle * PATIENCE : idle), now);
    return stand == PLATFORM_STAND_UNSEEN || limit < LOOK_MS ? limit : LOOK_MS;
}

/* Returns the milliseconds to sleep; 0: not at all; negative: until woken. For a while after a call the pump checks
   periodically, so that not every call has to wake it. */
static int turn_timeout(const struct engine *engine, enum engine_progress progress, uint64_t now)
{
    if (!event_help())
        return TICK_MS;
    if (progress == ENGINE_LATER && engine->time == ENGINE_TIME_FREE)
        return wait_for_client(engine, now);
    if (progress == ENGINE_LATER && engine->time == ENGINE_TIME_REAL)
        return until(progress_due(), now);
    return now - quiet < (uint64_t)REST_MS * MILLISECOND ? TICK_MS : -1;
}

/* Releases the lock and lets the client's threads run for a moment. */
static void step_aside(void)
{
    looks--;
    core_unlock();
    platform_yield();
    core_lock();
}

/* Returns the waker, a new one if the client has closed its descriptor (some close all that they do not know), or NULL
   if none can be created. */
static struct platform_waker *own_waker(void)
{
    if (waker && !platform_waker_is_own(waker)) {
        stream_distrust();
        platform_waker_free(waker);
        waker = NULL;
    }
    if (!waker)
        waker = platform_waker_create();
    return waker;
}

/* Sleeps until kicked or until the timeout. */
static void rest(int timeout)
{
    uint64_t end = timeout < 0 ? PLATFORM_FOREVER : platform_time() + (uint64_t)timeout * MILLISECOND;
    pump = PUMP_RESTS;
    while (!kicked && platform_time() < end)
        core_rest(&kick, end);
}

/* Sleeps until woken, until the timeout or until a stream is ready. */
static void poll_streams(struct platform_watch *watches, size_t count, int timeout)
{
    struct platform_waker *by = own_waker();
    if (!by && (timeout < 0 || timeout > TICK_MS)) /* without a waker nothing could end the sleep */
        timeout = TICK_MS;
    pump = PUMP_POLLS;
    core_unlock();
    (void)platform_poll(watches, count, by, timeout);
    core_lock();
}

/* Sleeps without the lock until a stream is ready, the pump is woken or the timeout has passed. */
static void sleep_for(int timeout)
{
    struct platform_watch *watches;
    bool left_out;
    size_t count = stream_watches(&watches, &left_out);
    if (left_out && (timeout < 0 || timeout > LEFT_OUT_MS))
        timeout = LEFT_OUT_MS;
    kicked = false;
    forever = timeout < 0;
    if (count)
        poll_streams(watches, count, timeout);
    else
        rest(timeout);
    pump = PUMP_BUSY;
    forever = false;
    if (stream_deliver(watches, count))
        quiet = platform_time();
}

/* True if the client usually calls again before the pump can look. After it was handed its pipes a client may read,
   which only the pump notices; but most call again at once, and waking the pump for each of them would cost more than
   everything else that a process with pipes needs. */
static bool client_returns(void)
{
    bool asked = look.asked, called = progress_calls() != look.calls;
    look.asked = false;
    if (asked)
        look.returns = !called ? look.returns / 2 : look.returns < RETURNS ? look.returns + 1 : RETURNS;
    return asked && look.returns == RETURNS;
}

/* Sleeps for a moment; pump_look() does not wake the pump meanwhile. */
static void nap(void)
{
    looks = 0;
    pump = PUMP_NAPS;
    core_rest(&kick, platform_time() + NAP_NS);
    pump = PUMP_BUSY;
}

/* Advances the clock after the client was outside the library for long enough. Recorded as an input, since a replay
   could not know how far the clock moved. Returns false if the next event is due only after the deadline of a wait. */
static bool move_on(uint64_t now)
{
    trace_idle(progress_limit());
    bool ran = core_drive(progress_limit()) == ENGINE_RAN;
    if (ran)
        progress_changed();
    quiet = now;
    return ran;
}

/* One iteration, with the core lock held. Returns false if the pump is not needed any more. */
static bool turn(void)
{
    CHECK_HELD();
    CHECK(running && pump == PUMP_BUSY);
    struct engine *engine = core_engine();
    if (!engine || progress_is_by_hand()) { /* being replaced, or can't be opened; or the caller runs it */
        sleep_for(REST_MS);
        return needs > 0;
    }
    enum engine_progress progress = run_due(engine);
    uint64_t now = platform_time();
    look_for_calls(now);
    if (client_returns()) {
        nap();
        return true;
    }
    int timeout = turn_timeout(engine, progress, now);
    if (timeout < 0 && !needs)
        return false;
    if (!timeout && engine->time == ENGINE_TIME_FREE) {
        if (!move_on(now) && !engine->clock.idle_ms) /* without a pause no other thread would get the lock */
            sleep_for(LOOK_MS);
    } else if (looks && progress == ENGINE_LATER)
        step_aside();
    else
        sleep_for(timeout);
    return true;
}

static void pump_main(void *unused)
{
    (void)unused;
    core_lock();
    threads_set_pump(platform_thread());
    while (turn())
        ;
    running = false;
    threads_set_pump(0);
    core_unlock();
}

static bool start(void)
{
    quiet = platform_time();
    return running = platform_thread_start(pump_main, NULL);
}

/* True if the pump runs, was started, or is not needed: by hand, or without an engine. */
static bool is_there(void)
{
    return running || progress_is_by_hand() || !core_engine() || start();
}

bool pump_hold(void)
{
    CHECK_HELD();
    if (!is_there())
        return false;
    needs++;
    pump_call();
    return true;
}

void pump_release(void)
{
    CHECK_HELD();
    CHECK(needs > 0);
    needs--;
    pump_call();
}

void pump_attend(void)
{
    CHECK_HELD();
    struct engine *engine = core_engine();
    if (running || progress_is_by_hand() || !engine || !attends(engine))
        return;
    if (engine->operations->due(engine) != PLATFORM_FOREVER)
        (void)start(); /* if it fails the next call tries again */
}

void pump_kick(void)
{
    CHECK_HELD();
    if (pump == PUMP_RESTS || pump == PUMP_NAPS) {
        kicked = true;
        platform_notify_one(&kick);
    } else if (pump == PUMP_POLLS && waker && platform_waker_is_own(waker)) {
        platform_waker_wake(waker);
    }
}

void pump_look(void)
{
    CHECK_HELD();
    if (pump == PUMP_BUSY || !needs || progress_is_waited())
        return;
    looks = LOOKS;
    look.asked = true;
    look.calls = progress_calls();
    if (pump != PUMP_NAPS)
        pump_kick();
}

struct pump_moves pump_moves(void)
{
    CHECK_HELD();
    return moves;
}

void pump_call(void)
{
    CHECK_HELD();
    (void)event_help();
    if (needs && !running)
        (void)is_there(); /* pump_hold() could not start it without an engine */
    if (forever)
        pump_kick();
}
