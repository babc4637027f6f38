/* Role: the state of the other threads of this process, so that a virtual clock waits for them no longer than needed.
   Read from /proc/self/task on Linux. On Windows only threads that ever called the library are known, and only whether
   all of them wait inside and no thread is younger than a second (`ran` is wanted) is answered. On other systems it is
   not available.
   Threads: any; a check costs a few microseconds per thread. */
#ifndef PLATFORM_THREADS_H
#define PLATFORM_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of the most active of them. */
enum platform_stand {
    PLATFORM_STAND_INSIDE, /* all wait inside the library, for one of its streams, or for another thread */
    PLATFORM_STAND_AWAY,   /* one sleeps or waits elsewhere */
    PLATFORM_STAND_RUNS,   /* one runs or is runnable */
    PLATFORM_STAND_UNSEEN  /* not known */
};

struct platform_place {
    const void *start;
    size_t size;
};

struct platform_look {
    uint64_t left_out;                    /* a thread to ignore; 0: none */
    struct platform_place lock;           /* the lock held by the caller: a thread that waits for it is about to run */
    struct platform_place inside[2];      /* conditions: a thread that waits for one is inside the library */
    bool (*is_ours)(intptr_t descriptor); /* true for a descriptor whose input comes from the library; NULL: for none */
    uint64_t *ran; /* receives a sum that changes whenever any of the threads has run; NULL: not wanted */
};

/* The calling thread; never 0. */
uint64_t platform_thread(void);
/* Checks all threads of the process but the caller, unless there are too many. With the lock held. */
enum platform_stand platform_look_at_threads(const struct platform_look *look);
/* True if it sees threads that never called the library, too. */
bool platform_knows_all_threads(void);
/* Lets another thread run. */
void platform_yield(void);

#endif
