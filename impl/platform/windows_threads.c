/* Threads of the process on Windows, which does not show where they wait; see threads.h. */
#include "threads.h"
#include <windows.h>

uint64_t platform_thread(void)
{
    return GetCurrentThreadId();
}

enum platform_stand platform_look_at_threads(const struct platform_look *look)
{
    (void)look;
    return PLATFORM_STAND_UNSEEN;
}

void platform_yield(void)
{
    SwitchToThread();
}
