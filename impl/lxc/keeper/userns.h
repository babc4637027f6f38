/* Role: user namespaces with a mapping, as descriptors: for id-mapped mounts and containers.
   Callers: keeper.c, rootfs.c. Threads: the caller must be single-threaded (a child is forked). */
#ifndef LXC_USERNS_H
#define LXC_USERNS_H

#include "lxc/failure.h"
#include <stdint.h>

/* Ids 0 to count - 1 inside are first to first + count - 1 outside, users and groups alike. */
struct id_range {
    uint32_t first, count;
};

/* Returns a user namespace with that mapping, close-on-exec; the caller closes it. -1 after failure_set(). */
int userns_open(struct id_range range, struct failure *failure);

#endif
