/* Role: the core lock. It guards everything but the look-up of handles; client code is never called with it held.
   Threads: any. core_lock() is called without it, core_is_held() with or without, all others with it held. */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "base/check.h"
#include "platform/threads.h"
#include <stdbool.h>
#include <stdint.h>

struct platform_condition;

/* Must not be called by a thread that holds it, nor in a forked child. */
void core_lock(void);
void core_unlock(void);
/* The same at the end of the program, when the thread that holds the lock may never release it. false: it did not for
   some milliseconds. */
bool core_lock_soon(void);
/* Where threads wait for the lock. */
struct platform_place core_lock_place(void);
/* Releases the lock, sleeps until notified or until the real time `until`, takes the lock again; may wake spuriously.
 */
void core_rest(struct platform_condition *condition, uint64_t until);

/* True in the child of a fork() after the first call of the library. The child lacks the library's threads and their
   locks are never released: every function of the API fails there. */
extern bool core_forked;
static inline bool core_is_forked(void)
{
    return core_forked;
}

/* True if the calling thread holds it. Only with HCS_CHECKS, for use in CHECK(). */
bool core_is_held(void);
#define CHECK_HELD() CHECK(core_is_held())

#endif
