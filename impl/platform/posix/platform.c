/* The platform on POSIX systems; see platform.h for the contract of each function. */
#include "platform/platform.h"
#include "platform/errors.h"
#include "lift.h"
#include "quiet.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void pause_processor(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Locks are held for a fraction of a microsecond, and sleeping costs tens of microseconds: a thread that finds the lock
   taken retries a few times before it sleeps. */
void platform_lock(struct platform_mutex *mutex)
{
    enum { LOOKS = 40, PAUSES = 8 };
    for (int look = 0; look < LOOKS; look++) {
        if (!pthread_mutex_trylock(&mutex->lock))
            return;
        for (int pause = 0; pause < PAUSES; pause++)
            pause_processor();
    }
    pthread_mutex_lock(&mutex->lock);
}

bool platform_try_lock(struct platform_mutex *mutex)
{
    return !pthread_mutex_trylock(&mutex->lock);
}

void platform_unlock(struct platform_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->lock);
}

int platform_cancel_off(void)
{
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state;
}

struct errors errors_now(void)
{
    return (struct errors){.number = errno};
}

void errors_restore(struct errors errors)
{
    errno = errors.number;
}

void platform_cancel_restore(int state)
{
    pthread_setcancelstate(state, NULL);
}

bool platform_on_fork(void (*child)(void))
{
    return pthread_atfork(NULL, NULL, child) == 0;
}

void platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until)
{
    int state = platform_cancel_off();
    struct timespec time = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
    if (until == PLATFORM_FOREVER)
        pthread_cond_wait(&condition->variable, &mutex->lock);
    else
        pthread_cond_clockwait(&condition->variable, &mutex->lock, CLOCK_MONOTONIC, &time);
    platform_cancel_restore(state);
}

void platform_notify_one(struct platform_condition *condition)
{
    pthread_cond_signal(&condition->variable);
}

void platform_notify_all(struct platform_condition *condition)
{
    pthread_cond_broadcast(&condition->variable);
}

void *platform_chunk(size_t size)
{
    enum { PAGE = 4096, LARGE_PAGE = 2 << 20 };
    void *chunk = aligned_alloc(size < LARGE_PAGE ? PAGE : LARGE_PAGE, size);
    if (!chunk)
        return NULL;
    if (size >= LARGE_PAGE)
        madvise(chunk, size, MADV_HUGEPAGE); /* a hint; without large pages it is ordinary memory */
    return memset(chunk, 0, size);
}

void platform_chunk_free(void *chunk)
{
    free(chunk);
}

void *platform_document(size_t size)
{
    return malloc(size);
}

void platform_document_free(void *document)
{
    free(document);
}

uint64_t platform_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

struct start {
    void (*run)(void *);
    void *argument;
};

static void *thread_main(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    start.run(start.argument);
    return NULL;
}

bool platform_thread_start(void (*run)(void *), void *argument)
{
    struct start *start = malloc(sizeof *start);
    if (!start)
        return false;
    *start = (struct start){run, argument};
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    bool started = pthread_create(&thread, &attributes, thread_main, start) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!started)
        free(start);
    return started;
}

int descriptor_lift(int descriptor)
{
    if (descriptor < 0 || descriptor > 2)
        return descriptor;
    int lifted = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    close(descriptor);
    return lifted;
}

/* A pipe is waited for until somebody has written to it, or has opened and closed it; false: for too long, or a signal
   has come. */
static bool is_written(int descriptor)
{
    enum { LIMIT_MS = 30000 };
    struct stat found;
    struct pollfd waits = {.fd = descriptor, .events = POLLIN};
    if (fstat(descriptor, &found) || !S_ISFIFO(found.st_mode))
        return true;
    int ready = poll(&waits, 1, LIMIT_MS);
    if (!ready)
        errno = ETIMEDOUT;
    return ready > 0;
}

FILE *platform_open_file(const char *path)
{
    int descriptor = descriptor_lift(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    FILE *file = NULL;
    if (descriptor >= 0 && is_written(descriptor) && !fcntl(descriptor, F_SETFL, 0))
        file = fdopen(descriptor, "rb");
    if (!file && descriptor >= 0) {
        int error = errno;
        close(descriptor);
        errno = error;
    }
    return file;
}

/* Takes both ends of a new pipe off the standard descriptors. false: out of descriptors, and both are closed. */
static bool hand_over(int ends[2], bool guest_reads, platform_stream *guest, platform_stream *client)
{
    ends[0] = descriptor_lift(ends[0]);
    ends[1] = descriptor_lift(ends[1]);
    if (ends[0] < 0 || ends[1] < 0) {
        platform_stream_close(ends[0]);
        platform_stream_close(ends[1]);
        return false;
    }
    *guest = guest_reads ? ends[0] : ends[1];
    *client = guest_reads ? ends[1] : ends[0];
    return true;
}

bool platform_pipe(bool guest_reads, platform_stream *guest, platform_stream *client)
{
    int ends[2];
    return !pipe2(ends, O_CLOEXEC) && hand_over(ends, guest_reads, guest, client);
}

void platform_stream_use(platform_stream guest)
{
    (void)fcntl((int)guest, F_SETFL, O_NONBLOCK); /* of an open pipe, it can't fail */
}

/* A socket for what a guest reads: unlike a pipe it can be ended from this side while the guest has it. */
bool platform_pipe_outside(bool guest_reads, platform_stream *guest, platform_stream *client)
{
    int ends[2];
    if (guest_reads ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) : pipe2(ends, O_CLOEXEC))
        return false;
    if (guest_reads)
        (void)shutdown(ends[0], SHUT_WR); /* of a new pair, it can't fail; nothing comes back through it */
    return hand_over(ends, guest_reads, guest, client);
}

platform_stream platform_stream_duplicate(platform_stream outside)
{
    return fcntl((int)outside, F_DUPFD_CLOEXEC, 3);
}

void platform_stream_end(platform_stream outside)
{
    (void)shutdown((int)outside, SHUT_RD); /* it fails only when the client's end is gone, which is an end, too */
}

platform_stream platform_client_adopt(platform_stream descriptor)
{
    int lifted = descriptor_lift((int)descriptor);
    if (lifted >= 0)
        (void)fcntl(lifted, F_SETFD, FD_CLOEXEC); /* of a descriptor that is there, it can't fail */
    return lifted;
}

bool platform_pipe_to_program(bool tool_reads, platform_stream *tool, platform_stream *program)
{
    if (!platform_pipe(tool_reads, tool, program))
        return false;
    platform_stream_use(*tool);
    return true;
}

void platform_stream_close(platform_stream guest)
{
    int state = platform_cancel_off();
    if (guest >= 0)
        close((int)guest);
    platform_cancel_restore(state);
}

uint64_t platform_stream_identity(platform_stream guest)
{
    struct stat found;
    return !fstat((int)guest, &found) && S_ISFIFO(found.st_mode) ? (uint64_t)found.st_ino : 0;
}

void platform_client_close(platform_stream client)
{
    platform_stream_close(client);
}

bool platform_is_same_pipe(platform_stream guest, platform_stream client)
{
    struct stat one, other;
    return !fstat((int)guest, &one) && !fstat((int)client, &other) && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

ptrdiff_t platform_client_read(platform_stream client, void *buffer, size_t size)
{
    return platform_stream_read(client, buffer, size);
}

ptrdiff_t platform_client_write(platform_stream client, const void *buffer, size_t size)
{
    return platform_stream_write(client, buffer, size);
}

ptrdiff_t platform_stream_read(platform_stream guest, void *buffer, size_t size)
{
    ssize_t got;
    int state = platform_cancel_off();
    do
        got = read((int)guest, buffer, size);
    while (got < 0 && errno == EINTR);
    platform_cancel_restore(state);
    if (got > 0)
        return got;
    return got < 0 && errno == EAGAIN ? PLATFORM_BLOCKED : PLATFORM_ENDED;
}

ptrdiff_t platform_stream_write(platform_stream guest, const void *buffer, size_t size)
{
    struct quiet quiet;
    int state = platform_cancel_off();
    quiet_begin(&quiet);
    ssize_t written;
    do
        written = write((int)guest, buffer, size);
    while (written < 0 && errno == EINTR);
    int error = errno;
    quiet_end(&quiet, written < 0 && error == EPIPE);
    platform_cancel_restore(state);
    if (written >= 0)
        return written;
    return error == EAGAIN ? PLATFORM_BLOCKED : PLATFORM_ENDED;
}

/* Sockets: unlike an eventfd each has its own inode, which identifies it. */
struct platform_waker {
    int ends[2];
    ino_t inodes[2];
};

/* 0: not a socket. */
static ino_t socket_inode(int descriptor)
{
    struct stat found;
    return !fstat(descriptor, &found) && S_ISSOCK(found.st_mode) ? found.st_ino : 0;
}

struct platform_waker *platform_waker_create(void)
{
    struct platform_waker *waker = malloc(sizeof *waker);
    if (!waker || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, waker->ends)) {
        free(waker);
        return NULL;
    }
    for (int i = 0; i < 2; i++) {
        waker->ends[i] = descriptor_lift(waker->ends[i]);
        waker->inodes[i] = socket_inode(waker->ends[i]);
    }
    if (waker->ends[0] >= 0 && waker->ends[1] >= 0)
        return waker;
    platform_waker_free(waker);
    return NULL;
}

static bool is_own_end(const struct platform_waker *waker, int i)
{
    return waker->inodes[i] && socket_inode(waker->ends[i]) == waker->inodes[i];
}

bool platform_waker_is_own(const struct platform_waker *waker)
{
    return is_own_end(waker, 0) && is_own_end(waker, 1);
}

void platform_waker_free(struct platform_waker *waker)
{
    for (int i = 0; waker && i < 2; i++)
        if (is_own_end(waker, i))
            platform_stream_close(waker->ends[i]);
    free(waker);
}

void platform_waker_wake(struct platform_waker *waker)
{
    (void)platform_stream_write(waker->ends[1], "", 1); /* full: it has been woken already */
}

static void waker_reset(struct platform_waker *waker)
{
    char bytes[64];
    while (is_own_end(waker, 0) && platform_stream_read(waker->ends[0], bytes, sizeof bytes) > 0)
        ;
}

enum { BATCH = 16 };

static int poll_items(
    struct platform_watch *watches, size_t count, struct platform_waker *waker, int timeout, struct pollfd *items)
{
    for (size_t i = 0; i < count; i++)
        items[i] = (struct pollfd){(int)watches[i].stream, watches[i].write ? POLLOUT : POLLIN, 0};
    items[count] = (struct pollfd){waker ? waker->ends[0] : -1, POLLIN, 0};
    int state = platform_cancel_off();
    int found = poll(items, (nfds_t)count + 1, timeout), ready = 0;
    platform_cancel_restore(state);
    for (size_t i = 0; i < count; i++) {
        watches[i].ready = found > 0 && items[i].revents != 0;
        ready += watches[i].ready;
    }
    if (found > 0 && items[count].revents)
        waker_reset(waker);
    return ready;
}

/* Out of memory for one poll: polls a few at a time, with a short sleep between two rounds. */
static int poll_in_parts(struct platform_watch *watches, size_t count, struct platform_waker *waker, int timeout)
{
    enum { PAUSE_MS = 10 };
    struct pollfd items[BATCH];
    int ready = 0;
    for (size_t i = 0; i < count; i += BATCH - 1)
        ready += poll_items(watches + i, count - i < BATCH - 1 ? count - i : BATCH - 1, NULL, 0, items);
    if (!ready && timeout)
        (void)poll_items(NULL, 0, waker, timeout > 0 && timeout < PAUSE_MS ? timeout : PAUSE_MS, items);
    return ready;
}

int platform_poll(struct platform_watch *watches, size_t count, struct platform_waker *waker, int timeout)
{
    struct pollfd batch[BATCH];
    if (count < BATCH)
        return poll_items(watches, count, waker, timeout, batch);
    struct pollfd *items = timeout ? calloc(count + 1, sizeof *items) : NULL;
    int ready =
        items ? poll_items(watches, count, waker, timeout, items) : poll_in_parts(watches, count, waker, timeout);
    free(items);
    return ready;
}
