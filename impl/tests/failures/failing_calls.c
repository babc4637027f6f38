/* Preloaded into a program, it makes system calls fail, as the environment asks:
     FAILING_CALL    "NAME N ERRNO": the N-th call of NAME, from 1, fails with that number; "NAME N+ ERRNO": all from
                     the N-th on; NAME is one of those below, or malloc for any allocation
     FAILING_PROGRAM the program in which they fail; without it, all that inherit the environment
     FAILING_MARK    the file that is made when one has failed
   Each process counts for itself; a forked one begins with the count of its parent. As a program ends, nothing
   fails any more: what libraries do then (counters of coverage) is none of its calls. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
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

static void end(void)
{
    atomic_store(&begun, false);
}

__attribute__((constructor)) static void begin(void)
{
    char number[NAME_BYTES];
    const char *call = getenv("FAILING_CALL"), *program = getenv("FAILING_PROGRAM");
    mark = getenv("FAILING_MARK");
    mark = mark ? strdup(mark) : NULL; /* programs change their environment */
    if (!call || sscanf(call, "%31s %31s %d", chosen, number, &error) != 3)
        return;
    first = strtol(number, NULL, 10);
    once = !strchr(number, '+');
    if (program && strcmp(program, program_invocation_short_name) != 0)
        return;
    atexit(end);
    atomic_store(&begun, true);
}

/* By the system's own call: none of those below counts it. */
static void leave_mark(void)
{
    long file = mark ? syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file >= 0)
        (void)syscall(SYS_close, file);
}

static bool fails(const char *name)
{
    if (!atomic_load(&begun) || strcmp(name, chosen) != 0)
        return false;
    long now = atomic_fetch_add(&met, 1) + 1;
    if (now < first || (once && now > first))
        return false;
    leave_mark();
    errno = error;
    return true;
}

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
CALL(int, -1, rename, (const char *from, const char *to), (from, to))
CALL(int, -1, renameat, (int place, const char *from, int other, const char *to), (place, from, other, to))
CALL(int, -1, fstat, (int file, struct stat *to), (file, to))
CALL(int, -1, lstat, (const char *path, struct stat *to), (path, to))
CALL(int, -1, fstatat, (int place, const char *path, struct stat *to, int flags), (place, path, to, flags))
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
CALL(int, -1, flock, (int file, int how), (file, how))
CALL(int, -1, dup, (int file), (file))
CALL(int, -1, dup2, (int file, int other), (file, other))
CALL(DIR *, NULL, opendir, (const char *path), (path))
CALL(DIR *, NULL, fdopendir, (int file), (file))
CALL(FILE *, NULL, fopen, (const char *path, const char *how), (path, how))
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
