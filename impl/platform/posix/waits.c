/* Wraps the wait that platform_wait() makes, and calls the next definition, usually the C library's. Not used with
   sanitizers, which have one of their own. Entry point: waits_tell_with(). */
#include "platform/waits.h"
#include "sanitized.h"
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

typedef void (*tell_function)(uint64_t nanoseconds);
static _Atomic(tell_function) told;

void waits_tell_with(void (*tell)(uint64_t nanoseconds))
{
    atomic_store(&told, tell);
}

#if defined(__GLIBC__) && !defined(SANITIZED)
#define LONG_NS 100000000u
#define NS_PER_S 1000000000u

typedef int (*wait_function)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);

static uint64_t nanoseconds(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
}

int pthread_cond_clockwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until)
{
    static _Atomic(wait_function) next;
    struct timespec now;
    wait_function wait = atomic_load(&next);
    if (!wait) {
        void *found = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
        memcpy(&wait, &found, sizeof wait);
        atomic_store(&next, wait);
    }
    clock_gettime(clock, &now);
    uint64_t from = nanoseconds(&now), to = nanoseconds(until);
    int result = wait(condition, mutex, clock, until);
    tell_function tell = atomic_load(&told);
    if (result == ETIMEDOUT && tell && to >= from + LONG_NS)
        tell(to - from);
    return result;
}
#endif
