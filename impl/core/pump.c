/* The pump: one library thread that runs what is due and carries bytes while no client is inside a call.
   It moves the clock only after idle_ms without a call or a byte. Entry point: pump_need(). */
#include "event.h"
#include "lock.h"
#include "platform/platform.h"
#include "progress.h"
#include "stream.h"
#include "trace.h"

static int needs;
static bool running, polling, forever;
static struct platform_waker *waker;

enum { REST_MS = 1000, MILLISECOND = 1000000, SECOND = 1000000000 };

/* Milliseconds to sleep for; negative: until woken. */
static int turn_timeout(const struct engine *engine, enum engine_progress progress)
{
    uint64_t due = progress_due(), now = platform_time();
    if (!needs)
        return REST_MS;
    if (progress != ENGINE_LATER || engine->time == ENGINE_TIME_MANUAL)
        return -1;
    if (engine->time == ENGINE_TIME_FREE)
        return (int)engine->idle_ms;
    return due <= now ? 0 : due - now < SECOND ? (int)((due - now) / MILLISECOND) + 1 : REST_MS;
}

/* One turn; called and left with the core lock held. false: nobody needs the pump any more. */
static bool turn(void)
{
    CHECK_HELD();
    CHECK(running && !polling);
    struct engine *engine = core_engine();
    const struct engine_operations *operations = engine->operations;
    bool paced = engine->time == ENGINE_TIME_REAL;
    enum engine_progress progress;
    while ((progress = operations->drive(engine, paced ? progress_reach() : operations->now(engine))) == ENGINE_RAN)
        ;
    progress_changed();
    unsigned calls = progress_calls();
    int timeout = turn_timeout(engine, progress);
    struct platform_watch *watches;
    size_t count = stream_watches(&watches);
    polling = true;
    forever = timeout < 0;
    core_unlock();
    int ready = platform_poll(watches, count, waker, timeout);
    core_lock();
    polling = forever = false;
    stream_deliver(watches, count);
    if (ready || !needs || core_engine() != engine) /* it was reset meanwhile */
        return needs || ready;
    bool quiet = progress_calls() == calls && progress == ENGINE_LATER;
    if (quiet && engine->time == ENGINE_TIME_FREE) {
        trace_idle(progress_limit());
        if (operations->drive(engine, progress_limit()) == ENGINE_RAN)
            progress_changed();
    }
    return true;
}

static void pump_main(void *unused)
{
    (void)unused;
    core_lock();
    while (turn())
        ;
    running = false;
    core_unlock();
}

void pump_need(int change)
{
    CHECK_HELD();
    CHECK(change == 1 || change == -1);
    needs += change;
    CHECK(needs >= 0);
    if (needs && !running && !progress_is_by_hand() && core_engine()) {
        if (!waker)
            waker = platform_waker_create();
        running = waker && platform_thread_start(pump_main, NULL);
    } else if (needs)
        pump_kick();
}

void pump_kick(void)
{
    CHECK_HELD();
    if (running && polling)
        platform_waker_wake(waker);
}

void pump_call(void)
{
    CHECK_HELD();
    if (forever)
        pump_kick();
}
