/* Role: HcsModifyComputeSystem. Callers: system.c. Core lock held. */
#ifndef HOST_MODIFY_H
#define HOST_MODIFY_H

#include "host.h"

/* True if the request names something that can be changed in this way; the task then has the modification. false: it
   has been refused. */
bool modify_accepts(struct host *host, struct host_system *system, struct host_task *task);
/* Applies the modification to the configuration, and answers. */
void modify_finish(struct host *host, struct host_task *task);

#endif
