/* Threads of the process, as Linux shows them; see threads.h. Entry point: platform_look_at_threads(). */
#include "platform/threads.h"
#include "platform/platform.h"
#include <sched.h>
#include <unistd.h>

bool platform_knows_all_threads(void)
{
    return true;
}

void platform_yield(void)
{
    sched_yield();
}

#ifdef __linux__
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* With more threads a check would cost more time than it saves. */
enum { MAX_THREADS = 64, MAX_POLLED = 64, FIRST_DESCRIPTOR = 3 };

uint64_t platform_thread(void)
{
    static _Thread_local uint64_t own;
    if (!own)
        own = (uint64_t)syscall(SYS_gettid);
    return own;
}

/* A file below a folder (AT_FDCWD: by its path). Never one of the standard streams, even for a moment. */
static int open_above(int folder, const char *path, int flags)
{
    int opened = openat(folder, path, flags | O_RDONLY | O_CLOEXEC);
    if (opened < 0 || opened >= FIRST_DESCRIPTOR)
        return opened;
    int lifted = fcntl(opened, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
    int error = errno;
    close(opened);
    errno = error;
    return lifted;
}

/* The text of a small file; its length, or -1 with errno. */
static ssize_t read_small(int folder, const char *path, char *text, size_t size)
{
    int file = open_above(folder, path, 0);
    if (file < 0)
        return -1;
    ssize_t got = read(file, text, size - 1);
    int error = errno;
    close(file);
    errno = error;
    text[got > 0 ? got : 0] = 0;
    return got;
}

static bool is_in(const struct platform_place *place, uintptr_t address)
{
    uintptr_t start = (uintptr_t)place->start;
    return address >= start && address < start + place->size;
}

static enum platform_stand stand_of_futex(const struct platform_look *look, const unsigned long *argument)
{
    int operation = (int)argument[1] & FUTEX_CMD_MASK;
    if (is_in(&look->lock, argument[0]))
        return PLATFORM_STAND_RUNS;
    if (is_in(&look->inside[0], argument[0]) || is_in(&look->inside[1], argument[0]))
        return PLATFORM_STAND_INSIDE;
    /* a wait without limit ends only by another thread, whose own state counts */
    bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
    return waits && !argument[3] ? PLATFORM_STAND_INSIDE : PLATFORM_STAND_AWAY;
}

static enum platform_stand stand_of_read(const struct platform_look *look, intptr_t descriptor)
{
    return look->is_ours && look->is_ours(descriptor) ? PLATFORM_STAND_INSIDE : PLATFORM_STAND_AWAY;
}

/* The list belongs to another thread and may be gone by now: it is read like another process's memory. */
static enum platform_stand stand_of_poll(const struct platform_look *look, const unsigned long *argument)
{
    struct pollfd polled[MAX_POLLED];
    size_t size = argument[1] * sizeof *polled;
    struct iovec here = {polled, size}, there = {(void *)argument[0], size};
    if (!look->is_ours || argument[1] > MAX_POLLED ||
        process_vm_readv(getpid(), &here, 1, &there, 1, 0) != (ssize_t)size)
        return PLATFORM_STAND_AWAY;
    for (size_t i = 0; i < argument[1]; i++)
        if (look->is_ours(polled[i].fd))
            return PLATFORM_STAND_INSIDE;
    return PLATFORM_STAND_AWAY;
}

static enum platform_stand stand_of_epoll(const struct platform_look *look, int descriptor)
{
    char path[48], text[4096];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", descriptor);
    if (!look->is_ours || read_small(AT_FDCWD, path, text, sizeof text) < 0)
        return PLATFORM_STAND_AWAY;
    for (const char *line = text; (line = strstr(line, "tfd:")); line++)
        if (look->is_ours(strtol(line + 4, NULL, 10)))
            return PLATFORM_STAND_INSIDE;
    return PLATFORM_STAND_AWAY;
}

/* The state of a thread blocked in a system call. */
static enum platform_stand stand_in(const struct platform_look *look, long number, const unsigned long *argument)
{
    switch (number) {
    case SYS_futex:
        return stand_of_futex(look, argument);
    case SYS_read:
    case SYS_readv:
        return stand_of_read(look, (int)argument[0]);
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll:
        return stand_of_poll(look, argument);
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait:
        return stand_of_epoll(look, (int)argument[0]);
    default:
        return PLATFORM_STAND_AWAY;
    }
}

/* folder: /proc/self/task; thread: a name in it. */
static enum platform_stand stand_of(const struct platform_look *look, int folder, const char *thread)
{
    char path[48], text[256];
    long number;
    unsigned long argument[4];
    snprintf(path, sizeof path, "%.20s/syscall", thread);
    if (read_small(folder, path, text, sizeof text) <= 0)
        return errno == ENOENT || errno == ESRCH ? PLATFORM_STAND_INSIDE
                                                 : PLATFORM_STAND_UNSEEN; /* the thread has ended */
    if (sscanf(text, "%ld %lx %lx %lx %lx", &number, &argument[0], &argument[1], &argument[2], &argument[3]) != 5)
        return PLATFORM_STAND_RUNS; /* "running", or preempted */
    return stand_in(look, number, argument);
}

/* Adds how long, how late and how often the thread has run. */
static bool add_run(int folder, const char *thread, uint64_t *ran)
{
    char path[48], text[256];
    unsigned long long time, late, times;
    snprintf(path, sizeof path, "%.20s/schedstat", thread);
    if (read_small(folder, path, text, sizeof text) <= 0)
        return errno == ENOENT || errno == ESRCH;
    if (sscanf(text, "%llu %llu %llu", &time, &late, &times) != 3)
        return false;
    *ran += time + times;
    return true;
}

enum platform_stand platform_look_at_threads(const struct platform_look *look)
{
    enum platform_stand maximum = PLATFORM_STAND_INSIDE;
    if (look->ran)
        *look->ran = 0;
    unsigned seen = 0;
    int folder = open_above(AT_FDCWD, "/proc/self/task", O_DIRECTORY);
    DIR *threads = folder < 0 ? NULL : fdopendir(folder);
    if (!threads) {
        if (folder >= 0)
            close(folder);
        return PLATFORM_STAND_UNSEEN;
    }
    for (struct dirent *entry; maximum < PLATFORM_STAND_RUNS && (entry = readdir(threads));) {
        uint64_t thread = strtoull(entry->d_name, NULL, 10);
        if (!isdigit((unsigned char)*entry->d_name) || thread == platform_thread() || thread == look->left_out)
            continue;
        enum platform_stand stand =
            ++seen > MAX_THREADS ? PLATFORM_STAND_UNSEEN : stand_of(look, folder, entry->d_name);
        if (look->ran && !add_run(folder, entry->d_name, look->ran))
            stand = PLATFORM_STAND_UNSEEN;
        maximum = stand > maximum ? stand : maximum;
    }
    closedir(threads);
    return maximum;
}
#else
uint64_t platform_thread(void)
{
    return (uint64_t)(uintptr_t)pthread_self();
}

enum platform_stand platform_look_at_threads(const struct platform_look *look)
{
    (void)look;
    return PLATFORM_STAND_UNSEEN;
}
#endif
