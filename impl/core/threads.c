/* The client's threads. Entry point: threads_look(). */
#include "threads.h"
#include "event.h"
#include "lock.h"
#include "progress.h"
#include "stream.h"

static uint64_t pump;

void threads_set_pump(uint64_t thread)
{
    CHECK_HELD();
    pump = thread;
}

enum platform_stand threads_look(bool streams)
{
    CHECK_HELD();
    if (event_ready()) /* a callback thread is on its way */
        return PLATFORM_STAND_RUNS;
    struct platform_look look = {.left_out = pump,
        .lock = core_lock_place(),
        .inside = {progress_rest_place(), event_rest_place()},
        .is_ours = streams ? stream_is_output : NULL};
    return platform_look_at_threads(&look);
}
