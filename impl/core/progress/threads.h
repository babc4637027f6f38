/* Role: what the client's threads do outside the library, so that the clock can wait for those that are busy.
   Threads: core lock held. */
#ifndef CORE_THREADS_H
#define CORE_THREADS_H

#include "platform/threads.h"

/* Returns the state of the most active thread of the process, without the caller and the pump. streams: threads that
   read a guest's output count as waiting for the library. */
enum platform_stand threads_look(bool streams);
/* The same with threads that read a guest's output counted as able to act. *ran becomes a checksum that differs from
   the last one if any thread ran in between. */
enum platform_stand threads_look_for_any(uint64_t *ran);
/* Sets the thread id of the pump; 0: it does not run. */
void threads_set_pump(uint64_t thread);

#endif
