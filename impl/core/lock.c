/* The core lock. Entry point: core_lock(). */
#include "lock.h"
#include "platform/platform.h"
#include <stdatomic.h>

/* On a cache line of its own: threads that wait for it do not slow down writes to neighbouring data. */
enum { CACHE_LINE = 64 };
static struct {
    _Alignas(CACHE_LINE) struct platform_mutex mutex;
    char rest[CACHE_LINE];
} own = {.mutex = PLATFORM_MUTEX};
static atomic_bool watches_forks;
bool core_forked;

static void note_fork(void)
{
    core_forked = true;
}

/* Called before the lock is first taken. If it fails for lack of memory the next call tries again. */
static void watch_forks(void)
{
    if (platform_on_fork(note_fork))
        atomic_store_explicit(&watches_forks, true, memory_order_relaxed);
}

#ifdef HCS_CHECKS
/* The thread that holds it; 0: none. Not a thread-local variable: on Windows those are freed before a library's
   last clean-up, which takes the lock. */
static _Atomic uint64_t holder;

static void set_held(bool now)
{
    uint64_t thread = now ? platform_thread() : 0;
    atomic_store_explicit(&holder, thread, memory_order_relaxed); /* each thread asks for its own number only */
}

bool core_is_held(void)
{
    return atomic_load_explicit(&holder, memory_order_relaxed) == platform_thread();
}
#else
static void set_held(bool now)
{
    (void)now;
}
#endif

void core_lock(void)
{
    if (!atomic_load_explicit(&watches_forks, memory_order_relaxed))
        watch_forks();
    CHECK(!core_is_held()); /* a second lock by one thread would never return */
    platform_lock(&own.mutex);
    set_held(true);
}

bool core_lock_soon(void)
{
    enum { TRIES = 10000 };
    for (int i = 0; i < TRIES; i++) {
        if (platform_try_lock(&own.mutex)) {
            set_held(true);
            return true;
        }
        platform_yield();
    }
    return false;
}

void core_unlock(void)
{
    CHECK_HELD();
    set_held(false);
    platform_unlock(&own.mutex);
}

struct platform_place core_lock_place(void)
{
    return (struct platform_place){&own.mutex, sizeof own.mutex};
}

void core_rest(struct platform_condition *condition, uint64_t until)
{
    CHECK_HELD();
    set_held(false);
    platform_wait(condition, &own.mutex, until);
    set_held(true);
}
