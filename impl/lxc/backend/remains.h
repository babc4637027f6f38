/* Role: removes what an ended compute system has left. Callers: job.c. Blocks; no state; any thread. */
#ifndef LXC_REMAINS_H
#define LXC_REMAINS_H

#include <stdbool.h>
#include <sys/types.h>

/* Kills what still runs in the container's cgroups, waits for its keeper (0: it is not a child of this process),
   removes the cgroups and the folder of that name in the folder systems. false: something is left. */
bool remains_remove(int systems, const char *name, pid_t keeper);

#endif
