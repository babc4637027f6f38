/* Role: the root file system of a container: an overlay of its layers and a writable folder. Each layer is an id-mapped
   clone, so that its files need not be owned by the container's ids. Callers: keeper.c, in a mount namespace of its
   own, whose mounts end with its last process. Threads: single-threaded, since the working folder changes. */
#ifndef LXC_ROOTFS_H
#define LXC_ROOTFS_H

#include "lxc/failure.h"
#include "userns.h"

enum { ROOTFS_MAX_LAYERS = 128 };

struct rootfs {
    const char *const *layers; /* folders, the top one first; at least one */
    unsigned layer_count;
    const char *upper; /* the folder for what the container writes: Storage.Path, or one of the state folder */
    const char *work;  /* a folder for mount points and the overlay's work folder */
    struct id_range range;
    int userns; /* of that range */
};

/* Gives this process its own mount namespace. */
bool rootfs_unshare(struct failure *failure);
/* Mounts it on WORK/root. On failure nothing stays mounted, and the failure names the layer or Storage.Path. */
bool rootfs_mount(const struct rootfs *rootfs, struct failure *failure);
/* Unmounts it; the end of the namespace does the same. */
void rootfs_unmount(const struct rootfs *rootfs);

#endif
