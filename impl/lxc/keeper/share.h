/* Role: mounts what the host shares into a container's root file system before the container starts: no path leads out
   of it, whatever lies there. Callers: keeper.c. Threads: single. */
#ifndef LXC_SHARE_H
#define LXC_SHARE_H

#include "lxc/plan.h"
#include "userns.h"

/* root: a descriptor of the folder; userns: of the container's range, so that the shared files' owners are the same
   inside as outside the mapping. */
bool share_mount(int root, const struct plan_share *share, struct id_range range, int userns, struct failure *failure);

#endif
