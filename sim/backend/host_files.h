/* Role: the files of the simulated host, if its scenario has some: which there are, and which virtual machines may open
   them. What calls change stays until the simulator is reset. Paths are compared without case, with / equal to \.
   Threads: core lock held. */
#ifndef SIM_HOST_FILES_H
#define SIM_HOST_FILES_H

#include "sim.h"

/* Functions of the backend, called only if the scenario has files. */
void host_files_submit(struct host *host, struct request *request);
HRESULT host_files_may_open(struct host *host, const struct host_system *system, const char *path);

#endif
