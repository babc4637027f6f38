/* Role: everything below the core that differs between operating systems: locks, threads, clocks, pipes. Callers:
   impl/core, impl/host, conformance. Beside it, for tools: process.h, library.h, environment.h, signal.h, file.h.
   Threads: every function may be called from any thread. Nothing here knows the API. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef _WIN32
#include <windows.h>
struct platform_mutex {
    SRWLOCK lock;
};
struct platform_condition {
    CONDITION_VARIABLE variable;
};
#define PLATFORM_MUTEX                                                                                                 \
    {                                                                                                                  \
        SRWLOCK_INIT                                                                                                   \
    }
#define PLATFORM_CONDITION                                                                                             \
    {                                                                                                                  \
        CONDITION_VARIABLE_INIT                                                                                        \
    }
#else
#include <pthread.h>
struct platform_mutex {
    pthread_mutex_t lock;
};
struct platform_condition {
    pthread_cond_t variable;
};
#define PLATFORM_MUTEX                                                                                                 \
    {                                                                                                                  \
        PTHREAD_MUTEX_INITIALIZER                                                                                      \
    }
#define PLATFORM_CONDITION                                                                                             \
    {                                                                                                                  \
        PTHREAD_COND_INITIALIZER                                                                                       \
    }
#endif

#define PLATFORM_FOREVER UINT64_MAX

void platform_lock(struct platform_mutex *mutex);
/* false: another thread has it. */
bool platform_try_lock(struct platform_mutex *mutex);
void platform_unlock(struct platform_mutex *mutex);
/* Waits until notified or until the monotonic time, in nanoseconds. May wake spuriously. */
void platform_wait(struct platform_condition *condition, struct platform_mutex *mutex, uint64_t until);
void platform_notify_one(struct platform_condition *condition);
void platform_notify_all(struct platform_condition *condition);

/* Zeroed memory for many small objects, size a power of two; in large pages if available. NULL: out of memory. */
void *platform_chunk(size_t size);
void platform_chunk_free(void *chunk); /* NULL is allowed */

/* Memory that clients free with the functions named in the API's documentation. */
void *platform_document(size_t size);
void platform_document_free(void *document);

/* Monotonic time in nanoseconds. */
uint64_t platform_time(void);

/* Starts a detached thread with every signal blocked. false: none could be started now. */
bool platform_thread_start(void (*run)(void *), void *argument);

/* Opens a file for reading. Its descriptor is not inherited and never one of the standard streams, which the client may
   have closed. NULL: it can't be opened, or is a pipe to which nobody writes within 30 seconds. fclose() closes it. */
FILE *platform_open_file(const char *path);

/* Between platform_cancel_off() and platform_cancel_restore(), which takes its result, the calling thread can't be
   cancelled: a pthread_cancel() in a wait would leave a lock held. On Windows they do nothing. */
int platform_cancel_off(void);
void platform_cancel_restore(int state);

/* Calls child in the child of each fork() from now on. false: out of memory. Does nothing on systems without fork(). */
bool platform_on_fork(void (*child)(void));

/* One end of a byte pipe. Negative: none. */
typedef intptr_t platform_stream;
#define PLATFORM_NO_STREAM ((platform_stream)-1)

/* Makes a pipe between a guest and a client. Neither end is one of the standard streams, and none is inherited.
   guest_reads: data flows from the client to the guest. Returns false without changing anything when there are no more
   descriptors. */
bool platform_pipe(bool guest_reads, platform_stream *guest, platform_stream *client);
/* Makes the guest's end non-blocking; to be called once, before its first use. A separate function, since it takes a
   system call and most guests never use most of their pipes. */
void platform_stream_use(platform_stream guest);
/* The same for a guest that is another program: both ends block. The guest's end is closed with
   platform_client_close(). For standard input (guest_reads) it may be duplicated, and any duplicate serves for
   platform_stream_end(). */
bool platform_pipe_outside(bool guest_reads, platform_stream *guest, platform_stream *client);
/* PLATFORM_NO_STREAM: there are no more descriptors. Not inherited; closed with platform_client_close(). */
platform_stream platform_stream_duplicate(platform_stream outside);
/* Ends standard input, even while others have duplicates of that end: the reader gets what was written, then end of
   file; the writer gets a broken pipe. */
void platform_stream_end(platform_stream outside);
/* Takes over a descriptor received from another process as a client's end: moves it above the standard streams and
   makes it not inherited. The given one is closed if it is moved, even on failure. PLATFORM_NO_STREAM: out of
   descriptors. */
platform_stream platform_client_adopt(platform_stream descriptor);
/* A number that identifies an open guest end; 0: the descriptor is not a pipe any more, since it was closed. */
uint64_t platform_stream_identity(platform_stream guest);
/* The same between a tool and a program that it starts: the tool's end does not block, the other is one that a program
   can have as a standard stream; on Windows programs that are started inherit it. */
bool platform_pipe_to_program(bool tool_reads, platform_stream *tool, platform_stream *program);
/* Closes a guest's end; PLATFORM_NO_STREAM is allowed. */
void platform_stream_close(platform_stream guest);

enum { PLATFORM_BLOCKED = -1, PLATFORM_ENDED = -2 };
/* Bytes moved, PLATFORM_BLOCKED, or PLATFORM_ENDED at end of file or when the reader is gone.
   A write raises no signal. */
ptrdiff_t platform_stream_read(platform_stream guest, void *buffer, size_t size);
ptrdiff_t platform_stream_write(platform_stream guest, const void *buffer, size_t size);
/* The same on a client end, which blocks: bytes moved, 0 or PLATFORM_ENDED at the end. */
ptrdiff_t platform_client_read(platform_stream client, void *buffer, size_t size);
ptrdiff_t platform_client_write(platform_stream client, const void *buffer, size_t size);
void platform_client_close(platform_stream client);
/* True if both descriptors are now the ends of one pipe. false if that is not known. */
bool platform_is_same_pipe(platform_stream guest, platform_stream client);

struct platform_watch {
    platform_stream stream;
    bool write; /* wait until it can be written, else until it can be read */
    bool ready; /* set by platform_poll() */
};

/* Lets another thread end a platform_poll(). platform_waker_create() returns NULL without memory or descriptors. */
struct platform_waker;
struct platform_waker *platform_waker_create(void);
void platform_waker_free(struct platform_waker *waker); /* NULL is allowed */
/* False if the client has closed the waker's descriptor, which may be another file by now. */
bool platform_waker_is_own(const struct platform_waker *waker);
/* Only if platform_waker_is_own(). */
void platform_waker_wake(struct platform_waker *waker);
/* Waits for a ready stream, the waker (may be NULL) or the time-out (milliseconds, negative: none).
   Returns the number of ready streams. Another thread may close one meanwhile, whose readiness then says nothing. */
int platform_poll(struct platform_watch *watches, size_t count, struct platform_waker *waker, int timeout);

#endif
