/* The client's threads. Entry point: threads_look(). */
#include "threads.h"
#include "core/event.h"
#include "core/lock.h"
#include "platform/platform.h"
#include "progress.h"
#include "core/stream.h"

static uint64_t pump;

void threads_set_pump(uint64_t thread)
{
    CHECK_HELD();
    pump = thread;
}

/* Returns the state of the client's most active thread. Threads that read a descriptor for which is_ours() is true
   count as waiting for the library; NULL: none. */
static enum platform_stand stand_of_clients(bool (*is_ours)(intptr_t descriptor), uint64_t *ran)
{
    CHECK_HELD();
    if (event_ready()) /* a callback thread is about to run */
        return PLATFORM_STAND_RUNS;
    struct platform_look look = {.left_out = pump,
        .lock = core_lock_place(),
        .inside = {progress_rest_place(), event_rest_place()},
        .is_ours = is_ours,
        .ran = ran};
    int state = platform_cancel_off(); /* looking at threads reads files, which are cancellation points */
    enum platform_stand stand = platform_look_at_threads(&look);
    platform_cancel_restore(state);
    return stand;
}

enum platform_stand threads_look(bool streams)
{
    CHECK_HELD();
    return stand_of_clients(streams ? stream_is_output : NULL, NULL);
}

enum platform_stand threads_look_for_any(uint64_t *ran)
{
    CHECK_HELD();
    *ran = 0;
    return stand_of_clients(NULL, ran);
}
