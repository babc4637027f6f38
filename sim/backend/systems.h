/* Role: the backend's functions on systems; host/backend.h has their contracts. Callers: sim.c. Threads: core lock
   held. */
#ifndef SIM_SYSTEMS_H
#define SIM_SYSTEMS_H

#include "sim.h"

struct host_system *systems_make(struct host *host);
void systems_free(struct host *host, struct host_system *system);
HRESULT systems_take(struct host *host, const struct host_system *system);
HRESULT systems_can_start(struct host *host, const struct host_system *system);
void systems_start(struct host *host, struct host_task *task);
void systems_modify(struct host *host, struct host_task *task);
void systems_shut_down(struct host *host, struct host_task *task);
void systems_terminate(struct host *host, struct host_task *task);
void systems_resume(struct host *host, struct host_system *system, struct host_task *task);
void systems_usage(struct host *host, const struct host_system *system, struct backend_usage *usage);
void systems_abandon(struct host *host, struct host_system *system, enum backend_reason reason);
bool systems_ended(struct host *host, struct host_system *system);

/* Called when an event of the queue is due: lets the system exit; reports its exit, which was delayed. */
void systems_exit(struct sim *sim, struct sim_system *system);
void systems_tell(struct sim *sim, struct sim_system *system);

#endif
