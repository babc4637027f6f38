/* Role: mounts what the host shares into a container's root file system before the container starts. Links in it can't
   lead outside. Callers: keeper.c. Threads: single. */
#ifndef LXC_SHARE_H
#define LXC_SHARE_H

#include "lxc/plan.h"
#include "userns.h"

/* root: a descriptor of the root file system; userns: of the container's id range, by which the mount is mapped, so
   that owners have the same ids in the container as on the host. */
bool share_mount(int root, const struct plan_share *share, struct id_range range, int userns, struct failure *failure);

/* The same in a container that runs. init: a descriptor of its process 1. */
bool share_add(int init, const struct plan_share *share, struct id_range range, int userns, struct failure *failure);
/* Takes away what is mounted at share->container; processes that use it keep it. */
bool share_remove(int init, const struct plan_share *share, struct id_range range, struct failure *failure);

#endif
