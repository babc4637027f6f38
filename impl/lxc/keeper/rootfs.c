/* The root file system: id-mapped clones of the layers below an overlay. Entry point: rootfs_mount().
   An overlay can't be id-mapped itself (EINVAL), but its lower layers can: files of root in a layer
   belong to the container's root, and writes go to the upper folder, which the container's ids own. */
#include "rootfs.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LAYERS "$.Container.Storage.Layers"
#define UPPER "$.Container.Storage.Path"

enum { PATH_BYTES = 4096, OVERLAY_MAGIC = 0x794C7630 };

bool rootfs_unshare(struct failure *failure)
{
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return failure_set(failure, errno, NULL, "no mount namespace of its own: %m");
    return true;
}

/* Makes a folder unless it exists; fails if something else has that name. place: of the setting that names the folder
   above it; NULL: none does. */
static bool make_folder(const char *name, struct id_range range, const char *place, struct failure *failure)
{
    struct stat there;
    if (mkdir(name, 0755) && errno != EEXIST)
        return failure_set(failure, errno, place, "folder %s: %m", name);
    if (lstat(name, &there) || !S_ISDIR(there.st_mode))
        return failure_set(failure, ENOTDIR, place, "%s is not a folder", name);
    if (range.count && lchown(name, range.first, range.first))
        return failure_set(failure, errno, place, "folder %s: %m", name);
    return true;
}

/* A detached clone of a folder's mount whose ids are mapped; -1 after failure_set(). */
static int clone_mapped(const char *layer, int userns, const char *place, struct failure *failure)
{
    struct statfs system;
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, layer, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0) {
        failure_set(failure, errno, place, "layer %s: %m", layer);
        return -1;
    }
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (unsigned)userns};
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0)
        return tree;
    int error = errno;
    bool overlay = fstatfs(tree, &system) == 0 && system.f_type == OVERLAY_MAGIC;
    failure_set(failure, error, place, "layer %s: %s", layer,
        overlay            ? "it is on an overlay file system, whose ids this kernel can't map; use a folder on a disk"
        : error == ENOTDIR ? "it is not a folder"
        : error == EINVAL  ? "the ids of its file system can't be mapped by this kernel"
                          // NOLINTNEXTLINE(concurrency-mt-unsafe): a keeper has one thread
                          : strerror(error));
    close(tree);
    return -1;
}

static bool mount_layer(const struct rootfs *rootfs, unsigned i, struct failure *failure)
{
    char name[16], place[64];
    struct stat there;
    snprintf(name, sizeof name, "%u", i);
    snprintf(place, sizeof place, LAYERS "[%u].Path", i);
    if (stat(rootfs->layers[i], &there) == 0 && !S_ISDIR(there.st_mode))
        return failure_set(failure, ENOTDIR, place, "layer %s: it is not a folder", rootfs->layers[i]);
    if (!make_folder(name, (struct id_range){0, 0}, NULL, failure))
        return false;
    int tree = clone_mapped(rootfs->layers[i], rootfs->userns, place, failure);
    if (tree < 0)
        return false;
    bool moved = syscall(SYS_move_mount, tree, "", AT_FDCWD, name, MOVE_MOUNT_F_EMPTY_PATH) == 0;
    int error = errno;
    close(tree);
    return moved || failure_set(failure, error, place, "layer %s: %m", rootfs->layers[i]);
}

static bool mount_overlay(const struct rootfs *rootfs, struct failure *failure)
{
    char options[PATH_BYTES];
    int length = snprintf(options, sizeof options, "upperdir=writable/upper,workdir=writable/overlay,lowerdir=");
    for (unsigned i = 0; i < rootfs->layer_count; i++)
        length += snprintf(options + length, sizeof options - (size_t)length, "%s%u", i ? ":" : "", i);
    if (mount("overlay", "root", "overlay", MS_NODEV, options))
        return failure_set(
            failure, errno, UPPER, "no overlay can be mounted with the writable folder %s: %m", rootfs->upper);
    return true;
}

/* Bind-mounts the writable folder under a fixed name, so that the overlay's options contain no path of the document: a
   comma or colon in one would start another option. */
static bool mount_upper(const struct rootfs *rootfs, struct failure *failure)
{
    char inner[PATH_BYTES];
    if (!make_folder("writable", (struct id_range){0, 0}, NULL, failure) ||
        !make_folder("root", (struct id_range){0, 0}, NULL, failure))
        return false;
    snprintf(inner, sizeof inner, "%s", rootfs->upper);
    if (mount(inner, "writable", NULL, MS_BIND, NULL))
        return failure_set(failure, errno, UPPER, "the writable folder %s: %m", inner);
    return true;
}

bool rootfs_mount(const struct rootfs *rootfs, struct failure *failure)
{
    struct id_range ours = {0, 0};
    if (rootfs->layer_count > ROOTFS_MAX_LAYERS)
        return failure_set(failure, E2BIG, LAYERS, "more than %d layers", ROOTFS_MAX_LAYERS);
    if (!make_folder(rootfs->work, ours, NULL, failure))
        return false;
    if (chdir(rootfs->work))
        return failure_set(failure, errno, NULL, "%s: %m", rootfs->work);
    bool mounted = mount_upper(rootfs, failure);
    for (unsigned i = 0; mounted && i < rootfs->layer_count; i++)
        mounted = mount_layer(rootfs, i, failure);
    mounted = mounted && make_folder("writable/upper", rootfs->range, UPPER, failure) &&
              make_folder("writable/overlay", rootfs->range, UPPER, failure) && mount_overlay(rootfs, failure);
    if (!mounted)
        rootfs_unmount(rootfs);
    (void)chdir("/"); /* on failure the folder stays busy only until the namespace ends */
    return mounted;
}

void rootfs_unmount(const struct rootfs *rootfs)
{
    char name[16];
    if (chdir(rootfs->work))
        return;
    (void)umount2("root", MNT_DETACH); /* fails harmlessly if it is not mounted */
    for (unsigned i = 0; i < rootfs->layer_count; i++) {
        snprintf(name, sizeof name, "%u", i);
        (void)umount2(name, MNT_DETACH);
    }
    (void)umount2("writable", MNT_DETACH);
    (void)chdir("/");
}
