/* Role: the threads that wait in the library, in words: what each waits for, and waits that nothing can end.
   Callers: progress.c. Threads: core lock held. */
#ifndef CORE_WAITER_H
#define CORE_WAITER_H

#include "base/text.h"
#include <stdint.h>

/* What a call waits for, for people. */
struct waiting {
    const char *function; /* of the API */
    /* Adds what it is; NULL: nothing more is known. */
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

/* For the newest of the waiters, all without a limit, while the engine has nothing to do and no stream is open. If no
   thread of the process is left that could act, one line on standard error for each of them, once;
   COMPUTECORE_DEADLOCK=end then ends the program with the exit code WAITER_DEADLOCK_EXIT. Returns the real time at
   which to look again, PLATFORM_FOREVER if nothing more will be seen. */
enum { WAITER_DEADLOCK_EXIT = 117 };
uint64_t waiter_look_for_deadlock(const struct waiter *waiters, uint64_t now);
/* The first word of such a line, by which hcs-sim run knows it. */
#define WAITER_DEADLOCK "computecore: deadlock: "

#endif
