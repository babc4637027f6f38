/* What the host shares with a container. Entry points: share_mount() before it runs, share_add() and share_remove()
   while it does. */
#include "share.h"
#include "within.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* Opens the mount point, a folder or a file like what is shared; makes it unless it exists. */
static int make_place(int root, const char *path, bool is_folder, struct id_range range)
{
    int flags = O_PATH | (is_folder ? O_DIRECTORY : 0), there = within_open(root, path, flags);
    if (there >= 0 || errno != ENOENT)
        return there;
    int folder = within_make_folders(root, path, range);
    if (folder < 0)
        return -1;
    const char *name = strrchr(path, '/') + 1;
    int made = is_folder ? mkdirat(folder, name, 0755) : mknodat(folder, name, S_IFREG | 0644, 0);
    if (made == 0)
        made = fchownat(folder, name, range.first, range.first, AT_SYMLINK_NOFOLLOW);
    int error = errno;
    close(folder);
    errno = error;
    return made == 0 ? within_open(root, path, flags) : -1;
}

static bool set_attributes(int tree, const struct plan_share *share, int userns, struct failure *failure)
{
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    if (share->read_only)
        attributes.attr_set |= MOUNT_ATTR_RDONLY;
    if (!share->socket) {
        attributes.attr_set |= MOUNT_ATTR_IDMAP;
        attributes.userns_fd = (unsigned)userns;
    }
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0)
        return true;
    return failure_set(failure, errno, share->path, "%s can't be shared: %s", share->host,
        // NOLINTNEXTLINE(concurrency-mt-unsafe): a keeper has one thread
        errno == EINVAL ? "the ids of its file system can't be mapped by this kernel" : strerror(errno));
}

/* A detached clone of the mount below what is shared; -1 after failure_set(). */
static int open_tree_of(const struct plan_share *share, int userns, struct failure *failure)
{
    struct stat there;
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, share->host, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree >= 0 && fstat(tree, &there) == 0) {
        if (share->socket ? !S_ISSOCK(there.st_mode) : !S_ISDIR(there.st_mode))
            failure_set(failure, ENOTDIR, share->path, "%s is no %s", share->host, share->socket ? "socket" : "folder");
        else if (set_attributes(tree, share, userns, failure))
            return tree;
    } else
        failure_set(failure, errno, share->path, "%s: %m", share->host);
    if (tree >= 0)
        close(tree);
    return -1;
}

/* Returns 0 or the error. */
static int place_tree(int root, int tree, const struct plan_share *share, struct id_range range)
{
    int place = make_place(root, share->container, !share->socket, range);
    int error =
        place < 0 || syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
            ? errno
            : 0;
    if (place >= 0)
        close(place);
    return error;
}

bool share_mount(int root, const struct plan_share *share, struct id_range range, int userns, struct failure *failure)
{
    int tree = open_tree_of(share, userns, failure);
    if (tree < 0)
        return false;
    int error = place_tree(root, tree, share, range);
    close(tree);
    errno = error;
    return !error || failure_set(failure, error, share->path, "%s in the container: %m", share->container);
}

/* --- while the container runs --- */

/* The mount is taken by its name in its folder: no path that the container can change is followed for it. */
static int remove_place(int root, const char *path)
{
    char folder[PATH_BYTES];
    const char *name = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", name == path ? 1 : (int)(name - path), path);
    int holder = within_open(root, folder, O_PATH | O_DIRECTORY);
    return holder < 0 || fchdir(holder) || umount2(name + 1, MNT_DETACH | UMOUNT_NOFOLLOW) ? errno : 0;
}

/* What a child does in the container's mount namespace, where it stays: places a tree, or, with tree -1, removes what
   is there. It keeps the host's rights: the mounts of a container can't be changed with those of its root. */
static _Noreturn void change_inside(int init, int tree, const struct plan_share *share, struct id_range range)
{
    int root = -1, error = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || setns(init, CLONE_NEWNS) ||
                                   (root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0
                               ? errno
                               : 0;
    if (!error)
        error = tree < 0 ? remove_place(root, share->container) : place_tree(root, tree, share, range);
    _exit(error);
}

/* An error fits the exit code of a process. */
static int run_inside(int init, int tree, const struct plan_share *share, struct id_range range)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        change_inside(init, tree, share, range);
    if (child < 0)
        return errno;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

bool share_add(int init, const struct plan_share *share, struct id_range range, int userns, struct failure *failure)
{
    int tree = open_tree_of(share, userns, failure);
    if (tree < 0)
        return false;
    int error = run_inside(init, tree, share, range);
    close(tree);
    errno = error;
    return !error || failure_set(failure, error, share->path, "%s in the container: %m", share->container);
}

bool share_remove(int init, const struct plan_share *share, struct id_range range, struct failure *failure)
{
    int error = run_inside(init, -1, share, range);
    errno = error;
    return !error || failure_set(failure, error, share->path, "%s in the container: %m", share->container);
}
