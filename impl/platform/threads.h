/* Role: what the other threads of this process are about, so that a clock that waits for them need not wait longer than
   they take. On Linux /proc/self/task tells it; elsewhere, and where that can't be read, nothing does.
   Threads: any; a look costs some microseconds a thread. */
#ifndef PLATFORM_THREADS_H
#define PLATFORM_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the most active of them stands. */
enum platform_stand {
    PLATFORM_STAND_INSIDE, /* all wait where the caller knows of, for a stream of ours, or for another thread */
    PLATFORM_STAND_AWAY,   /* one sleeps, or waits for something else */
    PLATFORM_STAND_RUNS,   /* one runs, or is about to */
    PLATFORM_STAND_UNSEEN  /* it can't be told */
};

struct platform_place {
    const void *start;
    size_t size;
};

struct platform_look {
    uint64_t left_out;                    /* a thread of ours that is not looked at; 0: none */
    struct platform_place lock;           /* who waits for this is about to run: the caller holds it */
    struct platform_place inside[2];      /* conditions: who waits for them is inside */
    bool (*is_ours)(intptr_t descriptor); /* can be read, and gets its bytes from us; NULL: none is */
    uint64_t
        *ran; /* takes a sum that is another one if any of the threads has run meanwhile; NULL: it is not asked for */
};

/* The calling thread; never 0. */
uint64_t platform_thread(void);
/* Looks at all threads of the process but the caller, if they are not too many. With the lock held. */
enum platform_stand platform_look_at_threads(const struct platform_look *look);
/* Lets another thread run. */
void platform_yield(void);

#endif
