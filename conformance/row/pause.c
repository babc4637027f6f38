/* Counted waits in real time. Entry point: pause_for(). */
#include "pause.h"
#include "platform/platform.h"

static uint64_t total;

void pause_count(uint64_t nanoseconds)
{
    total += nanoseconds;
}

uint64_t pause_total(void)
{
    return total;
}

void pause_for(uint64_t nanoseconds)
{
    struct platform_mutex mutex = PLATFORM_MUTEX;
    struct platform_condition never = PLATFORM_CONDITION;
    platform_lock(&mutex);
    platform_wait(&never, &mutex, platform_time() + nanoseconds);
    platform_unlock(&mutex);
    pause_count(nanoseconds);
}
