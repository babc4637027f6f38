/* Role: what the client's threads are about while they are not inside a call: whether the clock has to wait for them.
   Threads: core lock held. */
#ifndef CORE_THREADS_H
#define CORE_THREADS_H

#include "platform/threads.h"

/* Looks at all threads of the process but the caller and the pump. streams: who reads from a guest is not waited for.
 */
enum platform_stand threads_look(bool streams);
/* The same, where who reads from a guest may act, too. ran: a sum that is another one if any of them has run meanwhile.
 */
enum platform_stand threads_look_for_any(uint64_t *ran);
/* The pump is this thread; 0: there is none. */
void threads_set_pump(uint64_t thread);

#endif
