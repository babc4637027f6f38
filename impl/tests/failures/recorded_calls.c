/* Preloaded into a program and those that it starts, it records what they do to the files of a folder:
     RECORDED_BELOW  the folder; of what lies deeper than its folders, nothing is recorded
     RECORDED_CALLS  the file to which a line is added for each call that has succeeded: its name and the paths below
                     that folder, and for write the bytes in hexadecimal
     KILLED_AT       "NAME N": after the N-th of its calls of that name the process is killed, and a line says so
     KILLED_PROGRAM  the program to which that happens
   A line is added by one write, so that the lines of several processes stand in the order of their calls. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, LINE_BYTES = 1 << 17 };

static const char *below;
static int record = -1;
static char last_call[16]; /* after which the process is killed; "": none */
static atomic_int last_calls;

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("RECORDED_BELOW"), *file = getenv("RECORDED_CALLS");
    if (!folder || !file)
        return;
    const char *at = getenv("KILLED_AT"), *program = getenv("KILLED_PROGRAM");
    int number = 0;
    if (at && program && !strcmp(program, program_invocation_short_name) &&
        sscanf(at, "%15s %d", last_call, &number) == 2)
        atomic_store(&last_calls, number);
    else
        last_call[0] = 0;
    below = strdup(folder); /* programs change their environment */
    record = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The path of a file, or of a name in a folder, below the recorded one; false: it is not below it. */
static bool path_of(int place, const char *name, char path[PATH_BYTES])
{
    char link[40], whole[2 * PATH_BYTES];
    ssize_t length = 0;
    if (record < 0 || !below)
        return false;
    if (place != AT_FDCWD && (!name || name[0] != '/')) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", place);
        length = syscall(SYS_readlinkat, AT_FDCWD, link, whole, PATH_BYTES);
        if (length < 0)
            return false;
    }
    snprintf(whole + length, PATH_BYTES, "%s%s", length && name ? "/" : "", name ? name : "");
    size_t prefix = strlen(below);
    if (strncmp(whole, below, prefix) != 0 || (whole[prefix] && whole[prefix] != '/'))
        return false;
    snprintf(path, PATH_BYTES, "%s", whole[prefix] ? whole + prefix + 1 : ".");
    const char *slash = strchr(path, '/');
    return !slash || !strchr(slash + 1, '/');
}

static void add(const char *call, const char *path, const char *other, const void *bytes, size_t length)
{
    static _Thread_local char line[LINE_BYTES];
    int error = errno;
    int at = snprintf(line, sizeof line, "%s %s %s", call, path, other);
    for (size_t i = 0; i < length && at + 4 < LINE_BYTES; i++)
        at += snprintf(line + at, 3, "%02x", ((const unsigned char *)bytes)[i]);
    line[at++] = '\n';
    (void)syscall(SYS_write, record, line, (size_t)at); /* a line that is missing fails the test */
    if (!strcmp(call, last_call) && atomic_fetch_sub(&last_calls, 1) == 1) {
        at = snprintf(line, sizeof line, "killed %s %s\n", call, path);
        (void)syscall(SYS_write, record, line, (size_t)at);
        (void)syscall(SYS_kill, getpid(), SIGKILL);
    }
    errno = error;
}

static void add_name(const char *call, int place, const char *name)
{
    char path[PATH_BYTES];
    if (path_of(place, name, path))
        add(call, path, "", NULL, 0);
}

#define REAL(type, name, parameters)                                                                                   \
    static type(*_Atomic real) parameters;                                                                             \
    if (!real)                                                                                                         \
    real = (type(*) parameters)(uintptr_t)dlsym(RTLD_NEXT, #name)

static void add_open(int file, int place, const char *path, int flags)
{
    if (file >= 0 && flags & O_CREAT)
        add_name("create", place, path);
    if (file >= 0 && flags & O_TRUNC)
        add_name("truncate", place, path);
}

int openat(int place, const char *path, int flags, ...)
{
    REAL(int, openat, (int, const char *, int, ...));
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    int file = real(place, path, flags, mode);
    add_open(file, place, path, flags);
    return file;
}

int open(const char *path, int flags, ...)
{
    REAL(int, open, (const char *, int, ...));
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    int file = real(path, flags, mode);
    add_open(file, AT_FDCWD, path, flags);
    return file;
}

ssize_t write(int file, const void *bytes, size_t size)
{
    REAL(ssize_t, write, (int, const void *, size_t));
    char path[PATH_BYTES];
    ssize_t written = real(file, bytes, size);
    if (written > 0 && path_of(file, NULL, path))
        add("write", path, "", bytes, (size_t)written);
    return written;
}

int fsync(int file)
{
    REAL(int, fsync, (int));
    int result = real(file);
    if (!result)
        add_name("fsync", file, NULL);
    return result;
}

int renameat(int place, const char *from, int other, const char *to)
{
    REAL(int, renameat, (int, const char *, int, const char *));
    char path[PATH_BYTES], after[PATH_BYTES];
    int result = real(place, from, other, to);
    if (!result && path_of(place, from, path) && path_of(other, to, after))
        add("rename", path, after, NULL, 0);
    return result;
}

int mkdirat(int place, const char *path, mode_t mode)
{
    REAL(int, mkdirat, (int, const char *, mode_t));
    int result = real(place, path, mode);
    if (!result)
        add_name("mkdir", place, path);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    REAL(int, mkdir, (const char *, mode_t));
    int result = real(path, mode);
    if (!result)
        add_name("mkdir", AT_FDCWD, path);
    return result;
}

int unlinkat(int place, const char *path, int flags)
{
    REAL(int, unlinkat, (int, const char *, int));
    int result = real(place, path, flags);
    if (!result)
        add_name("remove", place, path);
    return result;
}

int unlink(const char *path)
{
    REAL(int, unlink, (const char *));
    int result = real(path);
    if (!result)
        add_name("remove", AT_FDCWD, path);
    return result;
}

int bind(int file, const struct sockaddr *address, socklen_t size)
{
    REAL(int, bind, (int, const struct sockaddr *, socklen_t));
    int result = real(file, address, size);
    const char *path = ((const struct sockaddr_un *)(const void *)address)->sun_path;
    int place = AT_FDCWD;
    char *rest = NULL;
    if (result || address->sa_family != AF_UNIX || !path[0])
        return result;
    if (!strncmp(path, "/proc/self/fd/", 14)) { /* how a path longer than an address is named */
        place = (int)strtol(path + 14, &rest, 10);
        path = rest + (*rest == '/');
    }
    add_name("create", place, path);
    return result;
}
