/* escape SECRET SOCKET: tries, from inside a container, the known ways out of one. Linked statically, since it runs in
   any image. SECRET: a file of the host's that no path of the container leads to; SOCKET: the name of an abstract
   socket on which a process of the host listens. A way counts when it would work; what would harm the host (a kernel
   setting, a raw disk) is opened for writing and left as it is. Prints "out: WAY" for each that works and "N of M ways
   lead out". The exit code is N. escape --watch looks at other processes, and ends with 1 if it could get hold of the
   host's. Callers: test_escape.c, escape-beside. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/vm_sockets.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 512, ADD_KEY_SESSION = -3 };

static const char *secret, *socket_name;

static bool opens(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC | O_NOCTTY);
    if (file < 0)
        return false;
    close(file);
    return true;
}

static bool has_text(const char *path)
{
    char byte;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool read_one = file >= 0 && read(file, &byte, 1) == 1;
    if (file >= 0)
        close(file);
    return read_one;
}

static bool has_entries(const char *path)
{
    DIR *folder = opendir(path);
    int entries = 0;
    while (folder && readdir(folder))
        entries++;
    if (folder)
        closedir(folder);
    return entries > 2;
}

/* Runs a way in a child: what it does to its own name spaces and root does not reach the next. */
static bool in_child(bool (*way)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(way() ? 1 : 0);
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static const char *own_folder(void)
{
    static char path[] = "/tmp/escape-XXXXXX";
    static bool made;
    made = made || mkdtemp(path);
    return path;
}

/* --- what was left open --- */

static bool descriptors(void)
{
    for (int i = 3; i < 4096; i++)
        if (fcntl(i, F_GETFD) >= 0)
            return true;
    return false;
}

/* CVE-2024-21626: the working directory lies outside of the root. */
static bool working_directory(void)
{
    char path[PATH_BYTES];
    return !getcwd(path, sizeof path) || *path != '/';
}

/* CVE-2019-5736: the program that started this container, overwritten through a process that still is that program. */
static bool program_of_process_1(void)
{
    return opens("/proc/1/exe", O_WRONLY);
}

/* --- settings of the kernel --- */

static bool core_pattern(void)
{
    return opens("/proc/sys/kernel/core_pattern", O_WRONLY);
}

static bool modprobe_path(void)
{
    return opens("/proc/sys/kernel/modprobe", O_WRONLY);
}

static bool binary_formats(void)
{
    return opens("/proc/sys/fs/binfmt_misc/register", O_WRONLY) ||
           mount("binfmt_misc", own_folder(), "binfmt_misc", 0, NULL) == 0;
}

static bool panic_setting(void)
{
    return opens("/proc/sys/vm/panic_on_oom", O_WRONLY) || opens("/proc/sys/kernel/panic", O_WRONLY);
}

static bool magic_key(void)
{
    return opens("/proc/sysrq-trigger", O_WRONLY);
}

static bool device_helper(void)
{
    return opens("/sys/kernel/uevent_helper", O_WRONLY);
}

static bool memory_settings(void)
{
    return opens("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY);
}

/* --- masked files --- */

static bool kernel_memory(void)
{
    return has_text("/proc/kcore") || opens("/dev/mem", O_RDONLY) || opens("/dev/kmem", O_RDONLY);
}

static bool keys(void)
{
    return has_text("/proc/keys") || has_text("/proc/key-users");
}

static bool timers(void)
{
    return has_text("/proc/timer_list") || has_text("/proc/sched_debug");
}

static bool firmware(void)
{
    return has_entries("/sys/firmware") || has_entries("/proc/acpi") || has_entries("/sys/devices/virtual/powercap");
}

static bool unmasked(void)
{
    return umount2("/proc/kcore", MNT_DETACH) == 0 || umount2("/sys/firmware", MNT_DETACH) == 0 ||
           umount2("/proc/sys", MNT_DETACH) == 0;
}

static bool remounted(void)
{
    return mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL) == 0 ||
           mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL) == 0;
}

static bool kernel_log(void)
{
    char text[4096];
    return klogctl(3, text, sizeof text) > 0 || opens("/dev/kmsg", O_RDONLY);
}

/* --- mounts --- */

static bool new_mount(void)
{
    return mount("none", own_folder(), "tmpfs", 0, NULL) == 0;
}

static bool new_proc(void)
{
    return mount("none", own_folder(), "proc", 0, NULL) == 0;
}

static bool new_mount_by_descriptors(void)
{
    return syscall(SYS_fsopen, "tmpfs", 0) >= 0 || syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */) >= 0;
}

/* CVE-2022-0492: a program of the container's that the host runs when a cgroup is empty. */
static bool release_agent(void)
{
    static const char *const kinds[] = {"memory", "pids", "cpuset", "devices", "rdma", "freezer"};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(path, sizeof path, "/sys/fs/cgroup/%s/release_agent", kinds[i]);
        if (opens(path, O_WRONLY))
            return true;
        snprintf(path, sizeof path, "%s/release_agent", own_folder());
        if (mount("none", own_folder(), "cgroup", 0, kinds[i]) == 0)
            return opens(path, O_WRONLY);
    }
    return false;
}

static bool limits_of_cgroups(void)
{
    return opens("/sys/fs/cgroup/memory/memory.limit_in_bytes", O_WRONLY) ||
           opens("/sys/fs/cgroup/devices/devices.allow", O_WRONLY) || opens("/sys/fs/cgroup/memory.max", O_WRONLY) ||
           opens("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
}

static bool new_name_spaces(void)
{
    return unshare(CLONE_NEWUSER) == 0 || unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWCGROUP) == 0;
}

static bool new_name_spaces_by_clone(void)
{
    uint64_t arguments[11] = {CLONE_NEWUSER, [4] = SIGCHLD};
    long child = syscall(SYS_clone3, arguments, sizeof arguments);
    if (child < 0)
        child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(0);
    if (child > 0)
        waitpid((pid_t)child, NULL, 0);
    return child > 0;
}

static bool joined_name_space(void)
{
    int space = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);
    return space >= 0 && setns(space, 0) == 0;
}

/* --- files of the host --- */

static bool by_path(void)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/proc/1/root%s", secret);
    return opens(secret, O_RDONLY) || opens(path, O_RDONLY);
}

static bool by_chroot(void)
{
    int here = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (here < 0 || chroot(own_folder()) || fchdir(here))
        return false;
    for (int i = 0; i < 100; i++)
        if (chdir(".."))
            return false;
    return chroot(".") == 0 && opens(secret, O_RDONLY);
}

/* "Shocker": the root folder of most file systems is inode 2, and a handle needs no path. */
static bool by_handle(void)
{
    struct {
        unsigned bytes;
        int type;
        unsigned char inode[8];
    } handle = {8, 1, {2}};
    int file = (int)syscall(SYS_open_by_handle_at, open("/", O_RDONLY | O_CLOEXEC), &handle, O_RDONLY);
    return file >= 0 || errno == ESTALE; /* it was allowed to ask */
}

static bool by_disk(void)
{
    char line[256], path[PATH_BYTES];
    unsigned major, minor;
    bool out = false;
    FILE *disks = fopen("/proc/partitions", "re");
    snprintf(path, sizeof path, "%s/disk", own_folder());
    while (disks && !out && fgets(line, sizeof line, disks)) {
        if (sscanf(line, "%u %u", &major, &minor) != 2)
            continue;
        out = mknod(path, S_IFBLK | 0600, makedev(major, minor)) == 0 && opens(path, O_RDONLY);
        (void)unlink(path);
    }
    if (disks)
        fclose(disks);
    return out;
}

static bool by_memory_device(void)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/memory", own_folder());
    bool out = mknod(path, S_IFCHR | 0600, makedev(1, 1)) == 0 && opens(path, O_RDONLY);
    (void)unlink(path);
    return out;
}

/* --- processes, sockets, terminals --- */

/* A process of the host's would be seen by its parent's id, or in the list. */
static bool processes_of_the_host(void)
{
    char path[PATH_BYTES], link[PATH_BYTES];
    snprintf(path, sizeof path, "/proc/%d/root", (int)getppid());
    return getppid() > 1 && readlink(path, link, sizeof link) > 0 && by_path();
}

static bool abstract_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(socket_name);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || length > sizeof address.sun_path - 1)
        return false;
    memcpy(address.sun_path + 1, socket_name, length);
    bool out = connect(client, (struct sockaddr *)&address,
                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) == 0;
    close(client);
    return out;
}

static bool host_socket(void)
{
    int made = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made >= 0)
        close(made);
    return made >= 0;
}

/* Injects input into the controlling terminal. */
static bool typed_input(void)
{
    char byte = '#';
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    return terminal >= 0 && ioctl(terminal, TIOCSTI, &byte) == 0;
}

static bool terminals_of_the_host(void)
{
    struct stat there, root;
    if (opens("/dev/tty0", O_RDWR) || opens("/dev/tty1", O_RDWR) || opens("/dev/ttyS0", O_RDWR))
        return true;
    if (!isatty(0) || fstat(0, &there) || stat("/dev/pts", &root))
        return false;
    return there.st_dev != root.st_dev;
}

/* --- the kernel itself --- */

static bool module(void)
{
    return syscall(SYS_init_module, "", 0, "") == 0 || errno == ENOEXEC || errno == EFAULT; /* it was allowed to ask */
}

static bool other_kernel(void)
{
    return syscall(SYS_kexec_load, 0, 0, NULL, 0) == 0;
}

static bool restart(void)
{
    return reboot(RB_DISABLE_CAD) == 0;
}

static bool clock_of_the_host(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return clock_settime(CLOCK_REALTIME, &now) == 0;
}

static bool kernel_programs(void)
{
    union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes) >= 0;
}

static bool performance_events(void)
{
    struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attributes};
    return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0) >= 0;
}

static bool keyring(void)
{
    return syscall(SYS_add_key, "user", "escape", "x", 1, ADD_KEY_SESSION) >= 0;
}

static bool uring(void)
{
    unsigned char parameters[120] = {0};
    return syscall(SYS_io_uring_setup, 1, parameters) >= 0;
}

/* --- what protects the next way --- */

static bool privileges_to_gain(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

static bool no_filter(void)
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2;
}

/* Root here is root of the host. */
static bool same_root(void)
{
    unsigned inside = 1, outside = 1;
    FILE *map = fopen("/proc/self/uid_map", "re");
    bool same = map && fscanf(map, "%u %u", &inside, &outside) == 2 && inside == 0 && outside == 0;
    if (map)
        fclose(map);
    return same;
}

static bool capabilities(void)
{
    static const int refused[] = {16 /* SYS_MODULE */, 17 /* SYS_RAWIO */, 19 /* SYS_PTRACE */, 21 /* SYS_ADMIN */,
        22 /* SYS_BOOT */, 25 /* SYS_TIME */, 2 /* DAC_READ_SEARCH */, 27 /* MKNOD */, 34 /* SYSLOG */, 39 /* BPF */};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (prctl(PR_CAPBSET_READ, refused[i], 0, 0, 0) == 1)
            return true;
    return false;
}

static const struct {
    const char *name;
    bool (*works)(void);
} ways[] = {
#define WAY(name)                                                                                                      \
    {                                                                                                                  \
#name, name                                                                                                    \
    }
    WAY(descriptors),
    WAY(working_directory),
    WAY(program_of_process_1),
    WAY(core_pattern),
    WAY(modprobe_path),
    WAY(binary_formats),
    WAY(panic_setting),
    WAY(magic_key),
    WAY(device_helper),
    WAY(memory_settings),
    WAY(kernel_memory),
    WAY(keys),
    WAY(timers),
    WAY(firmware),
    WAY(unmasked),
    WAY(remounted),
    WAY(kernel_log),
    WAY(new_mount),
    WAY(new_proc),
    WAY(new_mount_by_descriptors),
    WAY(release_agent),
    WAY(limits_of_cgroups),
    WAY(new_name_spaces),
    WAY(new_name_spaces_by_clone),
    WAY(joined_name_space),
    WAY(by_path),
    WAY(by_chroot),
    WAY(by_handle),
    WAY(by_disk),
    WAY(by_memory_device),
    WAY(processes_of_the_host),
    WAY(abstract_socket),
    WAY(host_socket),
    WAY(typed_input),
    WAY(terminals_of_the_host),
    WAY(module),
    WAY(other_kernel),
    WAY(restart),
    WAY(clock_of_the_host),
    WAY(kernel_programs),
    WAY(performance_events),
    WAY(keyring),
    WAY(uring),
    WAY(privileges_to_gain),
    WAY(no_filter),
    WAY(same_root),
    WAY(capabilities),
#undef WAY
};

/* True if the program of this process is not the file that its path names here. It is then a program of the host: the
   process is entering the container and has not yet executed the container's program. */
static bool is_foreign(const char *process)
{
    char path[PATH_BYTES], place[PATH_BYTES];
    struct stat program, seen;
    snprintf(path, sizeof path, "/proc/%.20s/exe", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = readlink(path, place, sizeof place - 1);
    bool got = fstat(file, &program) == 0 && length > 0;
    close(file);
    place[got ? length : 0] = 0;
    return got && (stat(place, &seen) || seen.st_ino != program.st_ino || seen.st_dev != program.st_dev);
}

/* Examines each process that appears within two seconds, as an attacker would to get hold of the host's program
   (CVE-2019-5736) or of its open files. */
static bool watch(void)
{
    time_t end = time(NULL) + 2;
    bool caught = false;
    while (!caught && time(NULL) < end) {
        DIR *processes = opendir("/proc");
        for (struct dirent *entry; processes && (entry = readdir(processes));)
            caught |= *entry->d_name >= '1' && *entry->d_name <= '9' && is_foreign(entry->d_name);
        if (processes)
            closedir(processes);
    }
    return caught;
}

int main(int argc, char **argv)
{
    int out = 0, count = sizeof ways / sizeof *ways;
    if (argc == 2 && !strcmp(argv[1], "--watch"))
        return watch();
    if (argc != 3) {
        fputs("usage: escape SECRET SOCKET, or escape --watch\n", stderr);
        return 200;
    }
    secret = argv[1];
    socket_name = argv[2];
    for (int i = 0; i < count; i++)
        if (i == 0 ? ways[i].works() : in_child(ways[i].works)) {
            printf("out: %s\n", ways[i].name);
            out++;
        }
    printf("%d of %d ways lead out\n", out, count);
    return out;
}
