/* Messages about waits and deadlocks. Entry points: waiter_tell_long(), waiter_look_for_deadlock(). */
#include "waiter.h"
#include "core/lock.h"
#include "platform/platform.h"
#include "progress.h"
#include "threads.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 2000, MILLISECOND = 1000000, CONFIRM_MS = 10, FIRST_LOOK_MS = 20, LAST_LOOK_MS = 1000 };

static void tell(const struct waiter *waiter, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the line to standard error, followed by what the call waits for in parentheses. */
static void tell(const struct waiter *waiter, const char *format, ...)
{
    struct text line = {.limit = LINE_BYTES};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&line, format, arguments);
    va_end(arguments);
    if (waiter->what.explain) {
        text_puts(&line, " (");
        waiter->what.explain(waiter->what.context, &line);
        text_puts(&line, ")");
    }
    text_puts(&line, "\n");
    char *said = text_finish(&line);
    int state = platform_cancel_off();
    fputs(said ? said : "computecore: a call is blocked; no memory to say which\n", stderr);
    platform_cancel_restore(state);
    free(said);
}

void waiter_tell_long(const struct waiter *waiter)
{
    CHECK_HELD();
    tell(waiter, "computecore: %s has been blocked for 10 s, still waiting", waiter->what.function);
}

/* What the last check saw. */
static struct seen {
    bool all_inside, told;
    unsigned calls;
    uint64_t ran, since;
    unsigned interval_ms;
} seen;

static bool ends;

void waiter_begin(void)
{
    static bool told;
    const char *then = getenv("COMPUTECORE_DEADLOCK");
    CHECK_HELD();
    ends = then && !strcmp(then, "end");
    if (then && *then && !ends && !told)
        fprintf(stderr, "computecore: COMPUTECORE_DEADLOCK may be end, not '%s'; a deadlock is only told\n", then);
    told = true;
}

static void tell_deadlock(const struct waiter *waiters, const char *why)
{
    seen.told = true;
    for (const struct waiter *waiter = waiters; waiter; waiter = waiter->next)
        tell(waiter, WAITER_DEADLOCK "thread %" PRIu64 " waits in %s, %s, and all other threads wait too",
            waiter->thread, waiter->what.function, why);
    if (!ends)
        return;
    fflush(NULL); /* keeps the client's output and its trace, which show how it got here */
    _Exit(WAITER_DEADLOCK_EXIT);
}

/* A thread that runs only now and then may be asleep at every check. So it is a deadlock only if between two checks no
   thread has run and no call was made. */
uint64_t waiter_look_for_deadlock(const struct waiter *waiters, const char *why, uint64_t now)
{
    CHECK_HELD();
    uint64_t ran;
    if (seen.calls != progress_calls())
        seen = (struct seen){.interval_ms = FIRST_LOOK_MS};
    seen.calls = progress_calls();
    if (seen.told)
        return PLATFORM_FOREVER;
    if (seen.all_inside && now < seen.since + (uint64_t)CONFIRM_MS * MILLISECOND)
        return seen.since + (uint64_t)CONFIRM_MS * MILLISECOND;
    enum platform_stand stand = threads_look_for_any(&ran);
    if (stand == PLATFORM_STAND_INSIDE && seen.all_inside && ran == seen.ran) {
        tell_deadlock(waiters, why);
        return PLATFORM_FOREVER;
    }
    seen.all_inside = stand == PLATFORM_STAND_INSIDE;
    seen.ran = ran;
    seen.since = now;
    if (seen.all_inside)
        return now + (uint64_t)CONFIRM_MS * MILLISECOND;
    uint64_t next = now + (uint64_t)seen.interval_ms * MILLISECOND;
    seen.interval_ms = seen.interval_ms * 2 < LAST_LOOK_MS ? seen.interval_ms * 2 : LAST_LOOK_MS;
    return stand == PLATFORM_STAND_UNSEEN ? PLATFORM_FOREVER : next;
}
