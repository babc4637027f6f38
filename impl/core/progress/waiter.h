/* Role: messages about threads that wait in the library: what each waits for, and waits that nothing can end. Callers:
 * progress.c. Threads: core lock held. */
#ifndef CORE_WAITER_H
#define CORE_WAITER_H

#include "base/text/text.h"
#include <stdint.h>

/* What a call waits for, for messages. */
struct waiting {
    const char *function; /* of the API */
    /* Adds what it waits for to the message; NULL: nothing is known. */
    void (*explain)(const void *context, struct text *text);
    const void *context;
};

struct waiter {
    struct waiter *next;
    uint64_t deadline; /* engine time */
    uint64_t thread;   /* platform_thread() */
    struct waiting what;
};

/* L8: one line on standard error, after ten seconds of real time. */
void waiter_tell_long(const struct waiter *waiter);

/* Called for the newest of the waiters when all wait without limit, the engine has nothing to do and no stream is open.
   If no thread of the process is left that could act, prints one line per waiter on standard error, once;
   COMPUTECORE_DEADLOCK=end then ends the program with the exit code WAITER_DEADLOCK_EXIT. Returns the real time of the
   next check, PLATFORM_FOREVER if none is useful. */
enum { WAITER_DEADLOCK_EXIT = 117 };
uint64_t waiter_look_for_deadlock(const struct waiter *waiters, uint64_t now);
/* The start of such a line, by which hcs-sim run recognises it. */
#define WAITER_DEADLOCK "computecore: deadlock: "

#endif
