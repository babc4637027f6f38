/* Role: HcsModifyComputeSystem. Callers: system.c. Core lock held. */
#ifndef HOST_MODIFY_H
#define HOST_MODIFY_H

#include "host.h"

/* Returns true if the request names something that can be changed in this way, and stores the modification in the task.
   Returns false if it has refused the request. */
bool modify_accepts(struct host *host, struct host_system *system, struct host_task *task);
/* Applies the modification to the configuration, and answers the request. */
void modify_finish(struct host *host, struct host_task *task);

#endif
