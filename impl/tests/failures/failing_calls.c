/* Preloaded into a program, it makes system calls fail, as the environment asks:
     FAILING_CALL    "NAME N ERRNO": the N-th call of NAME, from 1, fails with that number; "NAME N+ ERRNO": all from
                     the N-th on; NAME is one of those below, or malloc for any allocation
     FAILING_PROGRAM a pattern for names of programs in which they fail; without it, all that inherit the environment
     FAILING_MARK    the file that is made when one has failed
     FAILING_SITES   a file that the test and these programs share (failing_sites.h): when the test has asked for it,
                     the next call fails whose site has not failed yet
   Each process counts for itself; a forked one begins with the count of its parent. As a program ends, or is about to
   become another, nothing fails any more: what libraries do then (counters of coverage) is none of its calls. */
#include "failing_sites.h"
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* The allocator of the C library, under the names that it has beside the usual ones. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

enum { NAME_BYTES = 32 };

static atomic_long met;
static atomic_bool begun;
static char chosen[NAME_BYTES];
static long first; /* of the calls that fail */
static bool once;
static int error;
static const char *mark;
static struct failing_sites *sites;
static uintptr_t code_begin, code_end; /* of the program itself, without libraries */

/* For programs, by dlsym(), before they count lines as they end. */
void failing_calls_end(void)
{
    atomic_store(&begun, false);
}

/* The first object is the program. */
static int find_code(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_LOAD && object->dlpi_phdr[i].p_flags & PF_X) {
            code_begin = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
            code_end = code_begin + object->dlpi_phdr[i].p_memsz;
        }
    return 1;
}

/* Does any kind of call fail in this program? Others need not keep their frames. */
static bool is_meant(void)
{
    for (int i = 0; sites->kinds[i].name[0]; i++)
        if (!fnmatch(sites->kinds[i].program, program_invocation_short_name, 0))
            return true;
    return false;
}

/* By the system's own calls: none of those below counts them. */
static void share_sites(const char *path)
{
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    void *shared = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *sites, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0)
        (void)syscall(SYS_close, file);
    if (shared == MAP_FAILED)
        return;
    sites = shared;
    if (!is_meant())
        return;
    (void)dl_iterate_phdr(find_code, NULL);
    atexit(failing_calls_end);
    atomic_store(&begun, true);
}

__attribute__((constructor)) static void begin(void)
{
    char number[NAME_BYTES];
    const char *call = getenv("FAILING_CALL"), *program = getenv("FAILING_PROGRAM"), *shared = getenv("FAILING_SITES");
    mark = getenv("FAILING_MARK");
    mark = mark ? strdup(mark) : NULL; /* programs change their environment */
    if (program && fnmatch(program, program_invocation_short_name, 0) != 0)
        return;
    if (shared)
        share_sites(shared);
    if (!call || sscanf(call, "%31s %31s %d", chosen, number, &error) != 3)
        return;
    first = strtol(number, NULL, 10);
    once = !strchr(number, '+');
    atexit(failing_calls_end);
    atomic_store(&begun, true);
}

/* By the system's own call: none of those below counts it. */
static void leave_mark(void)
{
    long file = mark ? syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file >= 0)
        (void)syscall(SYS_close, file);
}

static bool fails_by_count(const char *name)
{
    if (strcmp(name, chosen) != 0)
        return false;
    long now = atomic_fetch_add(&met, 1) + 1;
    if (now < first || (once && now > first))
        return false;
    leave_mark();
    errno = error;
    return true;
}

/* Has this call site had this failure before? */
static bool was_tried(uint64_t site, int with)
{
    unsigned count = atomic_load(&sites->count);
    for (unsigned i = 0; i < count; i++)
        if (sites->tried[i].site == site && sites->tried[i].error == with)
            return true;
    return count == FAILING_SITES_LIMIT;
}

static bool fails_at(const char *name, uint64_t site, int with)
{
    if (was_tried(site, with) || !atomic_exchange(&sites->armed, 0))
        return false;
    unsigned last = atomic_load(&sites->count);
    sites->tried[last].site = site;
    sites->tried[last].error = with;
    (void)snprintf(sites->last, sizeof sites->last, "%s in %s at %llx: errno %d", name, program_invocation_short_name,
        (unsigned long long)site, with);
    atomic_store(&sites->count, last + 1);
    errno = with;
    return true;
}

/* A site is where the program makes the call, and where the function that makes it was called: the program must keep
   its frames (-fno-omit-frame-pointer). */
static bool fails_by_site(const char *name, void *caller, void *const *frame)
{
    uintptr_t at = (uintptr_t)caller;
    if (!atomic_load(&sites->armed) || at < code_begin || at >= code_end)
        return false;
    uintptr_t outer = ((const uintptr_t *)*frame)[1];
    outer = outer >= code_begin && outer < code_end ? outer - code_begin : 0; /* 0: a library, which moves */
    uint64_t site = (uint64_t)(at - code_begin) << 32 | (uint32_t)outer;
    site ^= (uint64_t)strlen(program_invocation_short_name) << 58; /* programs have sites of their own */
    for (int i = 0; sites->kinds[i].name[0]; i++)
        if (!strcmp(sites->kinds[i].name, name) && !fnmatch(sites->kinds[i].program, program_invocation_short_name, 0))
            for (int j = 0; sites->kinds[i].errors[j]; j++)
                if (fails_at(name, site, sites->kinds[i].errors[j]))
                    return true;
    return false;
}

static bool fails_here(const char *name, void *caller, void *const *frame)
{
    if (!atomic_load(&begun))
        return false;
    return sites ? fails_by_site(name, caller, frame) : fails_by_count(name);
}

/* Within a function that stands in for a call. */
#define fails(name) fails_here((name), __builtin_return_address(0), __builtin_frame_address(0))

void *malloc(size_t size)
{
    return fails("malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("malloc") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails("malloc") ? NULL : __libc_realloc(memory, size);
}

#define CALL(type, failure, name, parameters, arguments)                                                               \
    type name parameters                                                                                               \
    {                                                                                                                  \
        static type(*_Atomic real) parameters;                                                                         \
        if (!real)                                                                                                     \
            real = (type(*) parameters)(uintptr_t)dlsym(RTLD_NEXT, #name);                                             \
        return fails(#name) ? (failure) : real arguments;                                                              \
    }
#define FLAGGED(name, parameters, arguments)                                                                           \
    int name parameters                                                                                                \
    {                                                                                                                  \
        static int(*_Atomic real) parameters;                                                                          \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode_t mode = va_arg(more, mode_t);                                                                            \
        va_end(more);                                                                                                  \
        if (!real)                                                                                                     \
            real = (int(*) parameters)(uintptr_t)dlsym(RTLD_NEXT, #name);                                              \
        return fails(#name) ? -1 : real arguments;                                                                     \
    }

FLAGGED(open, (const char *path, int flags, ...), (path, flags, mode))
FLAGGED(openat, (int place, const char *path, int flags, ...), (place, path, flags, mode))
CALL(ssize_t, -1, read, (int file, void *to, size_t size), (file, to, size))
CALL(ssize_t, -1, pread, (int file, void *to, size_t size, off_t at), (file, to, size, at))
CALL(ssize_t, -1, write, (int file, const void *from, size_t size), (file, from, size))
CALL(int, -1, fsync, (int file), (file))
CALL(int, -1, syncfs, (int file), (file))
CALL(off_t, -1, lseek, (int file, off_t place, int from), (file, place, from))
CALL(int, -1, rename, (const char *from, const char *to), (from, to))
CALL(int, -1, renameat, (int place, const char *from, int other, const char *to), (place, from, other, to))
CALL(int, -1, fstat, (int file, struct stat *to), (file, to))
CALL(int, -1, stat, (const char *path, struct stat *to), (path, to))
CALL(int, -1, lstat, (const char *path, struct stat *to), (path, to))
CALL(int, -1, fstatat, (int place, const char *path, struct stat *to, int flags), (place, path, to, flags))
CALL(int, -1, statfs, (const char *path, struct statfs *to), (path, to))
CALL(int, -1, fstatfs, (int file, struct statfs *to), (file, to))
CALL(int, -1, access, (const char *path, int how), (path, how))
CALL(int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(int, -1, mkdirat, (int place, const char *path, mode_t mode), (place, path, mode))
CALL(int, -1, mknodat, (int place, const char *path, mode_t mode, dev_t device), (place, path, mode, device))
CALL(int, -1, unlink, (const char *path), (path))
CALL(int, -1, unlinkat, (int place, const char *path, int flags), (place, path, flags))
CALL(int, -1, rmdir, (const char *path), (path))
CALL(int, -1, fchownat, (int place, const char *path, uid_t user, gid_t group, int flags),
    (place, path, user, group, flags))
CALL(int, -1, fchmod, (int file, mode_t mode), (file, mode))
CALL(int, -1, fchmodat, (int place, const char *path, mode_t mode, int flags), (place, path, mode, flags))
CALL(int, -1, symlinkat, (const char *target, int place, const char *path), (target, place, path))
CALL(int, -1, chdir, (const char *path), (path))
CALL(int, -1, fchdir, (int file), (file))
CALL(int, -1, flock, (int file, int how), (file, how))
CALL(int, -1, dup, (int file), (file))
CALL(int, -1, dup2, (int file, int other), (file, other))
CALL(DIR *, NULL, opendir, (const char *path), (path))
CALL(DIR *, NULL, fdopendir, (int file), (file))
CALL(FILE *, NULL, fopen, (const char *path, const char *how), (path, how))
CALL(FILE *, NULL, fdopen, (int file, const char *how), (file, how))
CALL(FILE *, NULL, popen, (const char *command, const char *how), (command, how))
CALL(int, -1, close_range, (unsigned from, unsigned to, int how), (from, to, how))
CALL(int, -1, tcgetattr, (int file, struct termios *to), (file, to))
CALL(int, -1, socket, (int family, int type, int protocol), (family, type, protocol))
CALL(int, -1, socketpair, (int family, int type, int protocol, int ends[2]), (family, type, protocol, ends))
CALL(int, -1, bind, (int socket, const struct sockaddr *address, socklen_t size), (socket, address, size))
CALL(int, -1, listen, (int socket, int backlog), (socket, backlog))
CALL(int, -1, connect, (int socket, const struct sockaddr *address, socklen_t size), (socket, address, size))
CALL(int, -1, accept4, (int socket, struct sockaddr *address, socklen_t *size, int flags),
    (socket, address, size, flags))
CALL(int, -1, getsockopt, (int socket, int level, int name, void *value, socklen_t *size),
    (socket, level, name, value, size))
CALL(ssize_t, -1, sendmsg, (int socket, const struct msghdr *message, int flags), (socket, message, flags))
CALL(ssize_t, -1, recvmsg, (int socket, struct msghdr *message, int flags), (socket, message, flags))
CALL(int, -1, epoll_create1, (int flags), (flags))
CALL(int, -1, epoll_ctl, (int epoll, int what, int file, struct epoll_event *event), (epoll, what, file, event))
CALL(
    int, -1, epoll_wait, (int epoll, struct epoll_event *events, int size, int timeout), (epoll, events, size, timeout))
CALL(int, -1, poll, (struct pollfd * watches, nfds_t count, int timeout), (watches, count, timeout))
CALL(int, -1, eventfd, (unsigned value, int flags), (value, flags))
CALL(int, -1, signalfd, (int file, const sigset_t *set, int flags), (file, set, flags))
CALL(int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
CALL(int, -1, pipe2, (int ends[2], int flags), (ends, flags))
CALL(pid_t, -1, fork, (void), ())
CALL(pid_t, -1, waitpid, (pid_t process, int *status, int how), (process, status, how))
CALL(pid_t, -1, setsid, (void), ())
CALL(int, -1, setresuid, (uid_t real_id, uid_t effective, uid_t saved), (real_id, effective, saved))
CALL(int, -1, setresgid, (gid_t real_id, gid_t effective, gid_t saved), (real_id, effective, saved))
CALL(int, -1, setgroups, (size_t count, const gid_t *groups), (count, groups))
CALL(int, -1, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
CALL(int, errno, posix_spawn,
    (pid_t * process, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
        char *const arguments[], char *const environment[]),
    (process, path, actions, attributes, arguments, environment))
CALL(int, -1, setns, (int file, int kind), (file, kind))
CALL(int, -1, unshare, (int flags), (flags))
CALL(int, -1, mount, (const char *from, const char *to, const char *type, unsigned long flags, const void *data),
    (from, to, type, flags, data))
CALL(int, -1, umount2, (const char *path, int flags), (path, flags))
CALL(int, errno, pthread_create,
    (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument),
    (thread, attributes, run, argument))

/* --- libraries, which fail for want of memory --- */

CALL(char *, NULL, strdup, (const char *text), (text))
CALL(char *, NULL, strndup, (const char *text, size_t size), (text, size))
CALL(void *, NULL, cJSON_Parse, (const char *text), (text))
CALL(void *, NULL, cJSON_ParseWithLength, (const char *text, size_t size), (text, size))
CALL(char *, NULL, cJSON_Print, (const void *json), (json))
CALL(char *, NULL, cJSON_PrintUnformatted, (const void *json), (json))
CALL(void *, NULL, cJSON_Duplicate, (const void *json, int deep), (json, deep))
CALL(void *, NULL, cJSON_CreateObject, (void), ())
CALL(void *, NULL, cJSON_CreateArray, (void), ())
CALL(void *, NULL, cJSON_CreateString, (const char *text), (text))
CALL(void *, NULL, cJSON_AddNumberToObject, (void *json, const char *name, double value), (json, name, value))
CALL(void *, NULL, cJSON_AddStringToObject, (void *json, const char *name, const char *value), (json, name, value))
CALL(void *, NULL, lxc_container_new, (const char *name, const char *folder), (name, folder))
CALL(void *, NULL, seccomp_init, (uint32_t action), (action))
CALL(int, -1, seccomp_attr_set, (void *filter, int attribute, uint32_t value), (filter, attribute, value))
CALL(int, -1, seccomp_export_bpf, (const void *filter, int file), (filter, file))

/* --- calls that are not simply passed on --- */

/* The names of calls that the C library has none for. */
static const char *name_of(long number)
{
    switch (number) {
    case SYS_openat2:
        return "openat2";
    case SYS_open_tree:
        return "open_tree";
    case SYS_move_mount:
        return "move_mount";
    case SYS_mount_setattr:
        return "mount_setattr";
    case SYS_pidfd_open:
        return "pidfd_open";
    case SYS_pidfd_send_signal:
        return "pidfd_send_signal";
    case SYS_clone3:
        return "clone3";
    case SYS_keyctl:
        return "keyctl";
    case SYS_capset:
        return "capset";
    case SYS_seccomp:
        return "seccomp";
    default:
        return "";
    }
}

long syscall(long number, ...)
{
    static long (*_Atomic real)(long number, ...);
    long arguments[6];
    va_list more;
    va_start(more, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(more, long);
    va_end(more);
    if (!real)
        real = (long (*)(long, ...))(uintptr_t)dlsym(RTLD_NEXT, "syscall");
    return fails(name_of(number))
               ? -1
               : real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

/* An id that a failed call has left empty would end every process of the machine, or of the group: the program is ended
   instead, which every test sees. */
int kill(pid_t process, int number)
{
    if (process == -1 || process == 0)
        abort();
    return (int)syscall(SYS_kill, process, number);
}

int fcntl(int file, int command, ...)
{
    static int (*_Atomic real)(int file, int command, ...);
    va_list more;
    va_start(more, command);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (!real)
        real = (int (*)(int, int, ...))(uintptr_t)dlsym(RTLD_NEXT, "fcntl");
    bool counts = command != F_GETFD; /* which says whether it is open, and fails if it is not */
    return counts && fails("fcntl") ? -1 : real(file, command, argument);
}

int ioctl(int file, unsigned long request, ...)
{
    static int (*_Atomic real)(int file, unsigned long request, ...);
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (!real)
        real = (int (*)(int, unsigned long, ...))(uintptr_t)dlsym(RTLD_NEXT, "ioctl");
    return fails("ioctl") ? -1 : real(file, request, argument);
}

int prctl(int what, ...)
{
    static int (*_Atomic real)(int what, ...);
    unsigned long arguments[4];
    va_list more;
    va_start(more, what);
    for (int i = 0; i < 4; i++)
        arguments[i] = va_arg(more, unsigned long);
    va_end(more);
    if (!real)
        real = (int (*)(int, ...))(uintptr_t)dlsym(RTLD_NEXT, "prctl");
    return fails("prctl") ? -1 : real(what, arguments[0], arguments[1], arguments[2], arguments[3]);
}
