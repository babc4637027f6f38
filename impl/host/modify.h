/* Role: HcsModifyComputeSystem on simulated systems. Callers: system.c. Core lock held. */
#ifndef SIM_MODIFY_H
#define SIM_MODIFY_H

#include "system.h"

/* Does the request name something that can be changed so? Then it carries what to do; else it has been refused. */
bool modify_accepts(struct sim_system *system, struct request *request);
/* Takes effect and answers. */
void modify_complete(struct sim_system *system, struct request *request);
/* A request that will not complete by itself. */
void modify_abandon(struct request *request);

#endif
