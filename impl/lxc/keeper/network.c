/* Network namespaces of documents. Entry points: network_find(), network_mount_sys(). */
#include "network.h"
#include "within.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define NAMESPACE "$.Container.Networking.Namespace"

/* Opens nothing but a file of the kernel's for namespaces: another, a device or a pipe, might act when it is opened. */
static int open_namespace(const char *path)
{
    char own[32];
    struct statfs system;
    int place = open(path, O_PATH | O_CLOEXEC), space = -1;
    if (place < 0)
        return -1;
    snprintf(own, sizeof own, "/proc/self/fd/%d", place);
    if (fstatfs(place, &system) == 0 && system.f_type == NSFS_MAGIC)
        space = open(own, O_RDONLY | O_CLOEXEC);
    else
        errno = EINVAL;
    int error = errno;
    close(place);
    errno = error;
    return space;
}

bool network_find(const struct plan *plan, char path[NETWORK_PATH], struct failure *failure)
{
    int length = snprintf(path, NETWORK_PATH, "%s%s", *plan->network == '/' ? "" : "/run/netns/", plan->network);
    if (length >= NETWORK_PATH || strstr(path, ".."))
        return failure_set(failure, EINVAL, NAMESPACE, "the name of a network namespace has no .. and %d bytes at most",
            NETWORK_PATH - 1);
    int space = open_namespace(path);
    bool is_network = space >= 0 && ioctl(space, NS_GET_NSTYPE) == CLONE_NEWNET;
    if (space >= 0)
        close(space);
    if (is_network)
        return true;
    if (space >= 0 || errno == EINVAL)
        return failure_set(failure, EINVAL, NAMESPACE, "%s is no network namespace", path);
    return failure_set(failure, errno, NAMESPACE, "the network namespace %s: %m", path);
}

/* A detached mount of the file system, which shows the network of whoever opens it. -1 with errno. */
static int make_sys(void)
{
    int system = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC), tree = -1;
    if (system >= 0 && syscall(SYS_fsconfig, system, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        tree = (int)syscall(SYS_fsmount, system, FSMOUNT_CLOEXEC,
            MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    int error = errno;
    if (system >= 0)
        close(system);
    errno = error;
    return tree;
}

static int make_sys_in(const char *path)
{
    int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), space = open(path, O_RDONLY | O_CLOEXEC), tree = -1;
    if (own >= 0 && space >= 0 && setns(space, CLONE_NEWNET) == 0) {
        tree = make_sys();
        int error = errno;
        if (setns(own, CLONE_NEWNET) && tree >= 0) { /* a keeper that can't return must not go on */
            error = errno;
            close(tree);
            tree = -1;
        }
        errno = error;
    }
    int error = errno;
    if (own >= 0)
        close(own);
    if (space >= 0)
        close(space);
    errno = error;
    return tree;
}

/* Only the owner of a network can mount its /sys, and the root of a container does not own one that it shares. */
bool network_mount_sys(const struct plan *plan, int root, struct id_range range, struct failure *failure)
{
    char path[NETWORK_PATH];
    if (!plan->network)
        return true;
    if (!network_find(plan, path, failure))
        return false;
    int tree = make_sys_in(path), place = tree >= 0 ? within_make_folders(root, "/sys/", range) : -1;
    bool mounted = place >= 0 &&
                   syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
    if (!mounted)
        failure_set(failure, errno, NAMESPACE, "/sys of the network %s: %m", path);
    if (place >= 0)
        close(place);
    if (tree >= 0)
        close(tree);
    return mounted;
}
