/* Role: messages about threads that wait in the library: what each waits for, and waits that nothing can end.
   Callers: progress.c. Threads: core lock held. */
#ifndef CORE_WAITER_H
#define CORE_WAITER_H

#include "base/text/text.h"
#include <stdint.h>

/* Describes a blocked call in messages. */
struct waiting {
    const char *function; /* the function of the API */
    /* Appends to the message what the call waits for; NULL if nothing is known. */
    void (*explain)(const void *context, struct text *text);
    const void *context;
};

struct waiter {
    struct waiter *next;
    uint64_t deadline; /* engine time */
    uint64_t thread;   /* platform_thread() */
    struct waiting what;
};

/* Reads COMPUTECORE_DEADLOCK when an engine is opened; one line on standard error says that it means nothing. */
void waiter_begin(void);

/* Prints one line on standard error about a call that has been blocked for 10 s of real time (L8). */
void waiter_tell_long(const struct waiter *waiter);

/* Called for the newest of the waiters when the passing of time ends none of the waits, for the reason why, and no
   guest waits for a stream. If no thread of the process is left that could act, prints one line per waiter on standard
   error, once; with COMPUTECORE_DEADLOCK=end the program then ends with the exit code WAITER_DEADLOCK_EXIT. Returns the
   real time of the next check, or PLATFORM_FOREVER if none is useful. */
enum { WAITER_DEADLOCK_EXIT = 117 };
uint64_t waiter_look_for_deadlock(const struct waiter *waiters, const char *why, uint64_t now);
/* How such a line starts; hcs-sim run looks for it. */
#define WAITER_DEADLOCK "computecore: deadlock: "

#endif
