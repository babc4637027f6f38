/* Role: removes what an ended compute system has left. Callers: job.c. Blocks; no state; any thread. */
#ifndef LXC_REMAINS_H
#define LXC_REMAINS_H

#include <sys/types.h>

enum remains { REMAINS_NOTHING, REMAINS_FILES, REMAINS_CGROUPS /* and files, perhaps */ };

/* Kills what still runs in the container's cgroups, waits for its keeper (0: it is not a child of this process),
   removes the cgroups and the folder of that name in the folder systems. Returns what is left of it. */
enum remains remains_remove(int systems, const char *name, pid_t keeper);

#endif
