/* Waiting for the target. Entry point: settle(). */
#include "settle.h"
#include "include/HcsSim.h"
#include "pause.h"

enum { MILLISECOND = 1000000, SETTLE_POLL_NS = 50000, STEP_MS = 50, QUIET_MS = 20, STEP_POLL_NS = 5000000 };
#define PATIENCE_NS 10000000000u /* a callback that runs this long is taken to be blocked */

/* Sleeps for a moment, or until a callback of the row arrives. */
static void sleep_until_callback(struct fixture *fixture, uint64_t nanoseconds)
{
    platform_lock(&fixture->lock);
    platform_wait(&fixture->changed, &fixture->lock, platform_time() + nanoseconds);
    platform_unlock(&fixture->lock);
}

static bool counted(const struct fixture *fixture, HCS_SIM_COUNTS *counts)
{
    return fixture->target->simulator.count && SUCCEEDED(fixture->target->simulator.count(counts));
}

static unsigned callback_count(struct fixture *fixture)
{
    platform_lock(&fixture->lock);
    unsigned count = fixture->record_count;
    platform_unlock(&fixture->lock);
    return count;
}

void settle(struct fixture *fixture)
{
    HCS_SIM_COUNTS counts;
    uint64_t until = platform_time() + PATIENCE_NS;
    if (!counted(fixture, &counts)) {
        unsigned before;
        do {
            before = callback_count(fixture);
            pause_for((uint64_t)QUIET_MS * MILLISECOND);
        } while (callback_count(fixture) != before);
        return;
    }
    while ((counts.Due || counts.Running) && platform_time() < until) {
        sleep_until_callback(fixture, SETTLE_POLL_NS);
        (void)counted(fixture, &counts);
    }
}

/* Advances the simulator's clock; false: not possible. */
static bool pass(struct fixture *fixture, unsigned milliseconds)
{
    const struct target_simulator *simulator = &fixture->target->simulator;
    return simulator->advance && SUCCEEDED(simulator->advance((UINT64)milliseconds * MILLISECOND));
}

void settle_after(struct fixture *fixture, unsigned milliseconds)
{
    HCS_SIM_COUNTS counts;
    settle(fixture);
    if (counted(fixture, &counts) && pass(fixture, milliseconds))
        settle(fixture);
}

bool settle_step(struct fixture *fixture, struct settling *settling)
{
    HCS_SIM_COUNTS counts;
    if (!settling->since && counted(fixture, &counts)) {
        settling->since = platform_time();
        settle(fixture);
        return true;
    }
    if (!settling->since)
        settling->since = platform_time();
    if (settling->passed_ms < settling->limit_ms && pass(fixture, STEP_MS)) {
        settling->passed_ms += STEP_MS;
        settle(fixture);
        return true;
    }
    if (settling->passed_ms || platform_time() - settling->since >= (uint64_t)settling->limit_ms * MILLISECOND) {
        pause_count(platform_time() - settling->since); /* it timed out */
        return false;
    }
    sleep_until_callback(fixture, STEP_POLL_NS);
    return true;
}
