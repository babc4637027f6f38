/* Role: what the client's threads are about while they are not inside a call: whether the clock has to wait for them.
   Threads: core lock held. */
#ifndef CORE_THREADS_H
#define CORE_THREADS_H

#include "platform/threads.h"

/* Looks at all threads of the process but the caller and the pump. streams: who reads from a guest is not waited for.
 */
enum platform_stand threads_look(bool streams);
/* The pump is this thread; 0: there is none. */
void threads_set_pump(uint64_t thread);

#endif
