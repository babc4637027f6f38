/* Role: the core lock. It guards everything but the look-up of handles; client code is never called with it held.
   Threads: any. core_lock() and core_is_held() without it or with it, as said; all others with it held. */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "base/check.h"
#include "platform/threads.h"
#include <stdbool.h>
#include <stdint.h>

struct platform_condition;

/* Not by a thread that holds it, nor in a child that was forked. */
void core_lock(void);
void core_unlock(void);
/* Where threads that want the lock wait for it. */
struct platform_place core_lock_place(void);
/* Sleeps with the lock given back until notified or until the real time; may wake without reason. */
void core_rest(struct platform_condition *condition, uint64_t until);

/* Is this the child of a fork() that came after the first call of the library? Its threads are not there, and what they
   held is held for ever: no function of the API does anything any more. */
extern bool core_forked;
static inline bool core_is_forked(void)
{
    return core_forked;
}

/* Does the calling thread hold it? Only with HCS_CHECKS; for CHECK() alone. */
bool core_is_held(void);
#define CHECK_HELD() CHECK(core_is_held())

#endif
