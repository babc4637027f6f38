/* Role: the network namespace that a document names. Callers: keeper.c, container.c. Threads: single. */
#ifndef LXC_NETWORK_H
#define LXC_NETWORK_H

#include "lxc/plan.h"
#include "userns.h"

enum { NETWORK_PATH = 4096 };

/* The path of the namespace. false after failure_set(): it is none. */
bool network_find(const struct plan *plan, char path[NETWORK_PATH], struct failure *failure);
/* Mounts /sys of that network, read-only, into the root file system; without a namespace of the document it does
   nothing, since a container can mount that of a network of its own. root: a descriptor of the root file system. */
bool network_mount_sys(const struct plan *plan, int root, struct id_range range, struct failure *failure);

#endif
