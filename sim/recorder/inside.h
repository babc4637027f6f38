/* Role: brackets what the recorder does in a thread of the client: takes the core lock, holds off cancellation, and
   leaves errno and GetLastError() as they were. Callers: recorder.c, callbacks.c. Threads: any. */
#ifndef RECORDER_INSIDE_H
#define RECORDER_INSIDE_H

#include "core/lock.h"
#include "platform/errors.h"
#include "platform/platform.h"

struct inside {
    struct errors errors;
    int cancel;
};

/* Takes the core lock. It is not left held by a thread that is cancelled: opening and writing files are points where
   that may be. */
static inline struct inside inside_begin(void)
{
    struct inside inside = {.errors = errors_now()};
    inside.cancel = platform_cancel_off();
    core_lock();
    return inside;
}

static inline void inside_end(struct inside inside)
{
    core_unlock();
    platform_cancel_restore(inside.cancel);
    errors_restore(inside.errors);
}

#endif
