/* Waits of client processes. Entry points: client_wait_begin(), client_waits_drive(). */
#include "client_wait.h"
#include "core/lock.h"
#include "progress.h"

enum { MILLISECOND = 1000000 };

static struct client_wait *waits;

static void begin(struct client_wait *wait, uint64_t deadline, uint64_t real_end)
{
    CHECK_HELD();
    wait->deadline = deadline;
    wait->real_end = real_end;
    wait->over = false;
    wait->next = waits;
    waits = wait;
}

void client_waits_take_clock(void)
{
    CHECK_HELD();
    progress_by_hand(core_engine() && core_engine()->clock.clients > 1);
}

void client_wait_begin(struct client_wait *wait, DWORD timeout_ms)
{
    CHECK_HELD();
    uint64_t time = (uint64_t)timeout_ms * MILLISECOND;
    bool ends = timeout_ms != INFINITE;
    begin(wait, ends ? core_now() + time : PLATFORM_FOREVER, ends ? platform_time() + time : PLATFORM_FOREVER);
}

void client_wait_begin_advance(struct client_wait *wait, uint64_t duration)
{
    CHECK_HELD();
    uint64_t now = core_now();
    wait->advances = true;
    begin(wait, now < PLATFORM_FOREVER - duration ? now + duration : PLATFORM_FOREVER - 1, 0);
}

void client_wait_end(struct client_wait *wait)
{
    CHECK_HELD();
    struct client_wait **link = &waits;
    while (*link && *link != wait)
        link = &(*link)->next;
    if (*link)
        *link = wait->next;
}

unsigned client_waits_asleep(void)
{
    CHECK_HELD();
    unsigned count = 0;
    for (const struct client_wait *wait = waits; wait; wait = wait->next)
        count += wait->asleep && !wait->over;
    return count;
}

static bool is_before(const struct client_wait *wait, const struct client_wait *other)
{
    return wait->deadline < other->deadline || (wait->deadline == other->deadline && wait->order < other->order);
}

/* Returns the wait with the earliest deadline, or NULL if none has one. */
static struct client_wait *first(void)
{
    struct client_wait *best = NULL; /* the order of the list does not count: it depends on how clients are scheduled */
    for (struct client_wait *wait = waits; wait; wait = wait->next)
        if (!wait->over && wait->deadline != PLATFORM_FOREVER && (!best || is_before(wait, best)))
            best = wait;
    return best;
}

uint64_t client_waits_limit(void)
{
    CHECK_HELD();
    const struct client_wait *wait = first();
    return wait ? wait->deadline : PLATFORM_FOREVER;
}

static bool advances(void)
{
    for (const struct client_wait *wait = waits; wait; wait = wait->next)
        if (wait->advances && !wait->over)
            return true;
    return false;
}

static bool drive_to(uint64_t limit)
{
    return advances() ? progress_run_one(limit) : progress_drive_to(limit);
}

bool client_waits_drive(void)
{
    CHECK_HELD();
    return core_engine() && drive_to(progress_limit());
}

struct client_wait *client_waits_time_out(bool at_once)
{
    CHECK_HELD();
    struct client_wait *wait = first();
    if (!wait || !wait->asleep)
        return NULL;
    bool moves = advances();
    if (!at_once && !moves && platform_time() < progress_real_end(wait->deadline, wait->real_end))
        return NULL;
    if (drive_to(wait->deadline))
        return NULL;
    if (core_now() < wait->deadline && (moves || core_engine()->time != ENGINE_TIME_MANUAL))
        progress_pass(wait->deadline);
    wait->over = true;
    return wait;
}

uint64_t client_waits_end(void)
{
    CHECK_HELD();
    const struct client_wait *wait = first();
    return wait && wait->asleep ? progress_real_end(wait->deadline, wait->real_end) : PLATFORM_FOREVER;
}
