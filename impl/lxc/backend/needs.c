/* What containers need of a machine. Entry point: needs_check(). */
#include "needs.h"
#include "base.h"
#include "daemon/protocol/place.h"
#include "lxc.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUPS "/sys/fs/cgroup"
enum { WORDS_BYTES = 512, FILE_BYTES = 4096, CAPABILITY_ADMIN = 21, USELESS = 2 };

extern char **environ;

/* What is missing, and what mends it; both empty: nothing is. */
struct finding {
    char lack[WORDS_BYTES], remedy[WORDS_BYTES];
};

__attribute__((format(printf, 3, 4))) static void find(
    struct finding *finding, const char *remedy, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->lack, sizeof finding->lack, format, arguments);
    va_end(arguments);
    snprintf(finding->remedy, sizeof finding->remedy, "%s", remedy);
}

/* The beginning of a small file of the kernel's; empty: it can't be read. */
static void read_start(const char *path, char text[FILE_BYTES])
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, text, FILE_BYTES - 1) : 0;
    text[length > 0 ? length : 0] = 0;
    if (file >= 0)
        close(file);
}

/* --- the needs --- */

static void check_root(const char *state, struct finding *finding)
{
    char text[FILE_BYTES];
    (void)state;
    if (geteuid() != 0) {
        find(finding, "run it as root: sudo …", "this user, %u, may not make containers", (unsigned)geteuid());
        return;
    }
    read_start("/proc/self/status", text);
    const char *line = strstr(text, "CapEff:");
    if (line && !(strtoull(line + strlen("CapEff:"), NULL, 16) & 1ull << CAPABILITY_ADMIN))
        find(finding, "give it CAP_SYS_ADMIN; in a container: docker run --privileged …", "root without CAP_SYS_ADMIN");
}

/* What mends a hierarchy that is there and can't be written. */
static void explain_denial(const char *path, int error, char remedy[WORDS_BYTES])
{
    if (error == EROFS)
        snprintf(remedy, WORDS_BYTES, "mount -o remount,rw %s", path);
    else
        snprintf(remedy, WORDS_BYTES, "run it outside of a user name space, to which %s is not delegated", path);
}

static void check_controller(const char *name, struct finding *finding)
{
    char path[64], remedy[WORDS_BYTES];
    snprintf(path, sizeof path, CGROUPS "/%s", name);
    if (access(path, W_OK) == 0)
        return;
    int error = errno;
    if (error == ENOENT)
        snprintf(remedy, sizeof remedy, "mkdir %s && mount -t cgroup -o %s cgroup %s", path, name, path);
    else
        explain_denial(path, error, remedy);
    find(finding, remedy, "%s can't be written: %s", path, strerrordesc_np(error));
}

/* Version 2 has all controllers in one hierarchy; else each has a hierarchy of version 1. */
static void check_cgroups(const char *state, struct finding *finding)
{
    static const char *const controllers[] = {"memory", "pids", "cpu", "freezer", "devices"};
    char remedy[WORDS_BYTES];
    (void)state;
    if (access(CGROUPS "/cgroup.controllers", R_OK) == 0) {
        if (access(CGROUPS, W_OK)) {
            int error = errno;
            explain_denial(CGROUPS, error, remedy);
            find(finding, remedy, CGROUPS " can't be written: %s", strerrordesc_np(error));
        }
        return;
    }
    for (size_t i = 0; i < sizeof controllers / sizeof *controllers && !*finding->lack; i++)
        check_controller(controllers[i], finding);
}

/* A keeper without arguments says that it is of no use, with code 2, if its libraries are there. */
static void check_keeper(const char *state, struct finding *finding)
{
    char keeper[LXC_PATH], init[LXC_PATH];
    char *arguments[] = {keeper, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    (void)state;
    if (!needs_find_program("computecore-keeper", keeper, sizeof keeper) ||
        !needs_find_program("computecore-init", init, sizeof init)) {
        find(finding, "install the project whole: cmake --install build",
            "computecore-keeper or computecore-init was not found beside computecored");
        return;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    int error = posix_spawn(&child, keeper, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    while (!error && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (error || !WIFEXITED(status) || WEXITSTATUS(status) != USELESS)
        find(finding, "apt-get install liblxc1 libseccomp2", "%s does not run: a library is missing", keeper);
}

static void check_overlay(const char *state, struct finding *finding)
{
    char path[LXC_PATH], text[FILE_BYTES];
    struct statfs system = {0};
    read_start("/proc/filesystems", text);
    if (!strstr(text, "\toverlay\n")) {
        find(finding, "modprobe overlay", "the kernel has no overlay file system");
        return;
    }
    if (state ? snprintf(path, sizeof path, "%s", state) >= LXC_PATH : !place_state(path)) {
        find(finding, "name a folder with --state", "there is no place for the state folder");
        return;
    }
    /* the nearest folder that is there */
    while (statfs(path, &system) && strrchr(path, '/') > path)
        *strrchr(path, '/') = 0;
    if (system.f_type == OVERLAYFS_SUPER_MAGIC)
        find(finding, "use a folder of another file system: TMPDIR=/dev/shm …, or --state",
            "%s lies on overlay itself, which the kernel does not put upon itself", path);
    else if (access(path, W_OK))
        find(finding, "use another folder: TMPDIR=… , or --state", "%s can't be written: %s", path,
            strerrordesc_np(errno));
}

/* The root of a container is nobody in particular on the host, and goes through all folders above its own. */
static void check_way(const char *state, struct finding *finding)
{
    char path[LXC_PATH], remedy[WORDS_BYTES];
    struct stat folder;
    if (state ? snprintf(path, sizeof path, "%s", state) >= LXC_PATH : !place_state(path))
        return; /* check_overlay() has something to say */
    for (;;) {
        if (stat(path, &folder) == 0 && !(folder.st_mode & S_IXOTH)) {
            snprintf(remedy, sizeof remedy, "chmod o+x %.300s, or use another folder: --state", path);
            find(finding, remedy, "only its owner can pass %.300s, and containers have to", path);
        }
        char *slash = strrchr(path, '/');
        if (!slash || slash == path)
            return;
        *slash = 0;
    }
}

/* The ids of the first container, in the user name space of this process. */
static void check_ids(const char *state, struct finding *finding)
{
    char text[FILE_BYTES], *line = text;
    (void)state;
    if (access("/proc/self/ns/user", F_OK)) {
        find(finding, "boot a kernel with CONFIG_USER_NS", "the kernel has no user name spaces");
        return;
    }
    if (syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) && errno == ENOSYS) {
        find(finding, "boot Linux 5.19 or later", "the kernel has no mounts with mapped ids");
        return;
    }
    read_start("/proc/self/uid_map", text);
    for (char *save = NULL; (line = strtok_r(save ? NULL : text, "\n", &save));) {
        unsigned long long inside = 0, outside = 0, count = 0;
        if (sscanf(line, "%llu %llu %llu", &inside, &outside, &count) == 3 && inside <= LXC_FIRST_ID &&
            inside + count >= LXC_FIRST_ID + LXC_ID_RANGE)
            return;
    }
    find(finding, "run it outside of a user name space", "the ids from %u on are not available here", LXC_FIRST_ID);
}

static void check_seccomp(const char *state, struct finding *finding)
{
    (void)state;
    if (access("/proc/sys/kernel/seccomp/actions_avail", F_OK))
        find(finding, "boot a kernel with CONFIG_SECCOMP_FILTER", "the kernel has no filters of system calls");
}

static void check_busybox(const char *state, struct finding *finding)
{
    char base[LXC_PATH];
    bool made = state && snprintf(base, sizeof base, "%s/base", state) < LXC_PATH && access(base, F_OK) == 0;
    if (!made && !base_is_possible())
        find(finding, "apt-get install busybox-static",
            "the base image is made of a static /bin/busybox, which is not there");
}

static const struct {
    const char *name;
    void (*check)(const char *state, struct finding *finding);
} needs[] = {{"root", check_root}, {"cgroups", check_cgroups}, {"liblxc and the keeper", check_keeper},
    {"overlay", check_overlay}, {"way to the state", check_way}, {"id mapping", check_ids}, {"seccomp", check_seccomp},
    {"busybox", check_busybox}};

bool needs_check(const char *state, needs_teller *tell, void *context)
{
    bool all = true;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        struct finding finding = {"", ""};
        needs[i].check(state, &finding);
        tell(context, needs[i].name, *finding.lack ? finding.lack : NULL, finding.remedy);
        all &= !*finding.lack;
    }
    return all;
}

static void keep_first(void *failure, const char *need, const char *lack, const char *remedy)
{
    (void)need;
    if (lack)
        failure_set(failure, EPERM, NULL, "%s; %s", lack, remedy);
}

bool needs_require(const char *state, struct failure *failure)
{
    return needs_check(state, keep_first, failure);
}

bool needs_find_program(const char *name, char *path, size_t size)
{
    static const char *const places[] = {"", "../libexec/computecore/"};
    char own[LXC_PATH - 256];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    own[length > 0 ? length : 0] = 0;
    char *slash = strrchr(own, '/');
    for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
        snprintf(path, size, "%.*s%s%s", (int)(slash + 1 - own), own, places[i], name);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}
