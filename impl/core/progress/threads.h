/* Role: what the client's threads do outside the library, so that the clock can wait for those that are busy. Threads:
 * core lock held. */
#ifndef CORE_THREADS_H
#define CORE_THREADS_H

#include "platform/threads.h"

/* The state of the most active thread of the process, not counting the caller and the pump. streams: a thread that
   reads a guest's output counts as waiting for the library. */
enum platform_stand threads_look(bool streams);
/* The same, but a thread that reads a guest's output counts as able to act. ran: a checksum that differs from the last
   one if any thread ran in between. */
enum platform_stand threads_look_for_any(uint64_t *ran);
/* The thread id of the pump; 0: there is none. */
void threads_set_pump(uint64_t thread);

#endif
