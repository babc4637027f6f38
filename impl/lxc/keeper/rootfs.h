/* Role: the root file system of a container: its layers, each as an id-mapped clone, so that nothing of them has to be
   owned by the container's ids, an overlay over them, and a writable folder on top.
   Callers: keeper.c, in a mount namespace of its own, where the mounts end with the last process in it.
   Threads: single-threaded, since the working folder moves. */
#ifndef LXC_ROOTFS_H
#define LXC_ROOTFS_H

#include "lxc/failure.h"
#include "userns.h"

enum { ROOTFS_MAX_LAYERS = 128 };

struct rootfs {
    const char *const *layers; /* folders, the top one first; at least one */
    unsigned layer_count;
    const char *upper; /* the folder for what the container writes: Storage.Path, or one of the state folder */
    const char *work;  /* a folder of the system's own: mount points, the overlay's work folder beside the upper one */
    struct id_range range;
    int userns; /* of that range */
};

/* Makes this process' mount namespace its own. */
bool rootfs_unshare(struct failure *failure);
/* Mounts it on WORK/root. On failure nothing stays mounted, and the failure names the layer or Storage.Path. */
bool rootfs_mount(const struct rootfs *rootfs, struct failure *failure);
/* Takes the mounts away again; the namespace's end does the same. */
void rootfs_unmount(const struct rootfs *rootfs);

#endif
