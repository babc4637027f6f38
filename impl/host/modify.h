/* Role: HcsModifyComputeSystem. Callers: system.c. Core lock held. */
#ifndef HOST_MODIFY_H
#define HOST_MODIFY_H

#include "host.h"

/* Does the request name something that can be changed so? Then the task carries what to do; else it has been refused.
 */
bool modify_accepts(struct host *host, struct host_system *system, struct host_task *task);
/* Takes effect in the configuration, and answers. */
void modify_finish(struct host *host, struct host_task *task);

#endif
