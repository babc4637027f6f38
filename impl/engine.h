/* Role: the one seam between the API and what runs the compute systems.
   The core (impl/core) turns each call into a typed request; an engine owns the state of systems and processes,
   answers every request exactly once, and reports what happens by itself. An engine knows no client handle, no
   UTF-16 and no callback, and never calls client code. A new engine is one folder and one line in core/engines.c.

   Threads: one lock, the core's, guards everything. Every function of struct engine_operations but stop() is called
   with it held; everything below "what an engine calls" must be called with it held. An engine with threads of its own
   takes it with core_lock() when one of them has something to say, and does nothing that blocks while it has it.
   Order: open(); submit() and the others; stop() if there is one; close(). Nothing is submitted after stop() began.
   Objects: struct system and struct process are counted. An engine hangs its own object off each by one pointer
   (system_attach(), process_attach()), and holds one reference for as long as it reports about it.
   Memory: text and documents are UTF-8; who owns what stands at each function.

   Systems that live longer than a client. One struct system stands for one system for as long as the engine runs here,
   however many handles are open on it, and none may be: whoever opens it gets the same object.
   - An engine whose systems live elsewhere makes the object (system_create()) when a client first opens the system, and
     attaches itself. An exit that came while nobody was attached is reported then, with system_event(), before the
     open is answered: the core keeps it readable for every handle that is opened later.
   - system_released() says that the last handle of this process was closed, no more. Who counts the handles of several
     client processes, for ShouldTerminateOnLastHandleClosed, is what holds the systems: the host model itself in one
     process, the service where several share it.
   - When the service was restarted, the engine answers what is pending with HCS_E_SERVICE_DISCONNECT, then calls
     system_disconnect() and process_disconnect() for each object that it is attached to. The old handles are cut off;
     an open after that may bring the same object, and works. */
#ifndef ENGINE_H
#define ENGINE_H

#include "base/json_writer.h"
#include "base/text.h"
#include "core/document.h"
#include "core/lock.h"
#include "platform/platform.h"
#include "spec_requests.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

struct system;
struct process;
struct engine;
struct engine_wait;

/* Limit of a result or event document, without the zero. */
enum { RESULT_BYTES = 64 << 20 };

/* One call on its way; what holds of its kind stands in spec_requests. The core keeps it where it is until
   request_complete(). system: the target; for a create, a new object that the engine may attach itself to (its engine
   pointer is NULL); for an open, NULL, to be set by the engine before it completes with success. process: likewise.
   document, document_text, id: there during submit() only; an engine that needs them longer copies, or takes the
   document with request_take_document(). */
struct request {
    enum request_kind kind;
    struct system *system;
    struct process *process;
    struct document *document; /* as the client gave it, checked; NULL: none was given */
    const char *document_text; /* the same as text; NULL: none */
    size_t document_length;
    const char *id;      /* of the system, for create and open */
    uint32_t process_id; /* for open process */

    void *engine; /* the engine's own, while the request is pending; NULL at first */

    /* The core's. */
    struct operation *operation; /* NULL: the request is synchronous */
    /* Of whoever submitted it without an operation, and does not wait for it: called with the lock held once it has
       been answered, with its result and answer, which is then the submitter's. NULL: somebody waits. */
    void (*answered)(struct request *request);
    HRESULT result; /* of a synchronous request, once done */
    char *answer;   /* likewise; NULL: none */
    bool done;
};

/* How a process stands. */
struct process_status {
    uint32_t process_id, exit_code;
    HRESULT last_wait_result;
    bool exited;
};

/* What an engine is opened with: names and values, each engine has its own. A name is that of the variable of the
   environment that says the same. */
struct engine_option {
    const char *name, *value;
};
struct engine_options {
    const struct engine_option *list;
    size_t count;
    bool environment; /* set by engines_open(): what is not given may stand in the environment */
};
/* The value of an option; NULL: it is neither given nor in the environment. It stays as long as the options do. */
const char *engine_option(const struct engine_options *options, const char *name);

enum engine_progress {
    ENGINE_RAN,   /* one event ran */
    ENGINE_LATER, /* nothing is due up to the limit, something is later */
    ENGINE_EMPTY  /* nothing will happen without a call, a byte or the world outside */
};

enum engine_stream { STREAM_INPUT, STREAM_OUTPUT, STREAM_ERROR, STREAM_COUNT };

struct engine_operations {
    const char *name; /* as COMPUTECORE_ENGINE has it */

    /* Starts the engine. After success *engine is set, its operations, time, os_build and schema_minor too. On failure
       prints one line to standard error, returns an HRESULT, leaves *engine alone and nothing behind. */
    HRESULT (*open)(const struct engine_options *options, struct engine **engine);
    /* Ends the threads that the engine has. Called without the lock, once; the last of them has left the core when it
       returns. Requests that are pending may be answered here (with the lock) or in close(). Submits no more come.
       NULL: the engine has no thread of its own. */
    void (*stop)(struct engine *engine);
    /* Answers what is pending with HCS_E_TERMINATED, lets go of all objects, frees the engine. */
    void (*close)(struct engine *engine);

    /* Takes one request: answers it before it returns, or later, on any thread. It does not fail otherwise, and does
       not block. */
    void (*submit)(struct engine *engine, struct request *request);
    /* The last handle on it was closed. The engine may end the system, or forget the process; requests about it may
       be pending still. NULL: it does not matter to the engine. */
    void (*system_released)(struct engine *engine, struct system *system);
    void (*process_released)(struct engine *engine, struct process *process);
    /* Nothing refers to the process any more, the engine included: what is attached to it is to be freed. NULL: nothing
       ever is, or the engine frees it by itself. */
    void (*process_freed)(struct engine *engine, void *attached);
    /* A stream on which stream_read() or stream_write() was blocked may be tried again. NULL: the engine calls neither.
     */
    void (*stream_ready)(struct engine *engine, struct process *process, enum engine_stream stream);
    /* Adds to an open object what the engine runs with and what decides its results: for the head of a trace. NULL:
       nothing does. */
    void (*describe)(struct engine *engine, struct writer *writer);
    /* Adds, in words, of which system or process (either may be NULL) a request that is pending is, or the exit that
       has not come if request is NULL, and what keeps it: " of system \"a\"; fault 2 of the scenario keeps it". NULL:
       the engine has no words. */
    void (*explain)(struct engine *engine, const struct request *request, const struct system *system,
        const struct process *process, struct text *text);

    /* With ENGINE_TIME_ELSEWHERE, and NULL otherwise. The calling thread is about to sleep in that wait, which it may
       have been before: what the engine said last may have been all it knew. */
    void (*wait_sleeps)(struct engine *engine, struct engine_wait *wait);
    /* A wait that has slept is at its end. */
    void (*wait_ended)(struct engine *engine, struct engine_wait *wait);
    /* A client polls: the other process runs its next event. */
    void (*polled)(struct engine *engine);

    /* The clock of an engine that has one of its own; else all NULL.
       drive: runs at most one event whose time is not after limit, and sets the clock to its time. At equal times
       events come before the deadlines of waits. */
    enum engine_progress (*drive)(struct engine *engine, uint64_t limit);
    /* Sets the clock to a time that is not before now(): a wait ran out. Nothing is due before it. */
    void (*pass)(struct engine *engine, uint64_t time);
    /* The time of the next event, PLATFORM_FOREVER if there is none. */
    uint64_t (*due)(struct engine *engine);
    /* Nanoseconds on the engine's clock. */
    uint64_t (*now)(struct engine *engine);
};

/* A call that sleeps here while the clock is another process': that one moves it as if the call slept there. */
struct engine_wait {
    uint32_t id, timeout_ms;  /* id: from 1 on, no two that sleep have the same; timeout_ms: INFINITE has no end */
    uint64_t told;            /* the engine's; 0 at first */
    bool over;                /* set by the engine: its time has run out, and whoever sleeps is to be woken */
    struct engine_wait *next; /* the engine's */
};

/* How the clock of an engine moves. */
enum engine_time {
    ENGINE_TIME_OUTSIDE,   /* it has none of its own: what happens comes from outside, and waits take real time */
    ENGINE_TIME_ELSEWHERE, /* another process has it, which hears of the waits, and says when their time is over */
    ENGINE_TIME_FREE,      /* as soon as nobody has anything else to do */
    ENGINE_TIME_REAL,      /* with the real one, speed times as fast */
    ENGINE_TIME_MANUAL,    /* only by progress_advance() */
};

/* How the core moves a clock that is the engine's own. */
struct engine_clock {
    unsigned clients; /* 1: one thread drives, so that a time-out needs no real time */
    unsigned idle_ms; /* how long the clock waits for callbacks and idle clients, real time */
    unsigned speed;   /* 0 counts as 1 */
};

/* Every engine begins with this. */
struct engine {
    const struct engine_operations *operations;
    enum engine_time time;
    struct engine_clock clock; /* not with ENGINE_TIME_OUTSIDE */
    unsigned os_build;         /* the Windows build that the host has, or stands for */
    unsigned schema_minor;     /* the host has the schema versions 2.0 to 2.schema_minor */
};

/* Is there a clock in this process? */
static inline bool engine_has_clock(const struct engine *engine)
{
    return engine->time != ENGINE_TIME_OUTSIDE && engine->time != ENGINE_TIME_ELSEWHERE;
}

/* --- what an engine calls, with the lock of core/lock.h; documents are written with the writer of base/json_writer.h
 * --- */

/* Answers a request, exactly once, whatever thread submitted it; whoever waits for it wakes. The request is the core's
   again. document: a result document from malloc, given to the core, or NULL. For a failure without a document the core
   writes one from the HRESULT. */
void request_complete(struct request *request, HRESULT result, char *document);
/* Answers a failure whose cause has words: path (may be NULL) and message go into the error document. */
void request_refuse(struct request *request, HRESULT result, const char *path, const char *message);

/* Moves the parsed document to the engine, which frees it with document_free(). Only during submit(), and only if
   there is one; request->document is NULL afterwards. */
void request_take_document(struct request *request, struct document *document);

/* An event of a system: the value of HCS_EVENT_TYPE. document: copied, or NULL; a short one needs no memory.
   HcsEventSystemExited may be reported once; it stays readable while a handle is open. */
void system_event(struct system *system, int type, const char *document);
/* Waits for the exit of the system end with HCS_E_SYSTEM_ALREADY_STOPPED, once it has exited. */
void system_lose_status(struct system *system);
/* Is a callback of a handle of the system queued or under way? */
bool system_has_callbacks(const struct system *system);
/* The service was restarted: the handles that are open on the object are cut off. Their callbacks hear of it, waits for
   an exit fail, and calls through them fail with HCS_E_SERVICE_DISCONNECT; new handles are as always. */
void system_disconnect(struct system *system);
void process_disconnect(struct process *process);
/* The end of a process, reported once; the status stays readable while a handle is open. */
void process_event(struct process *process, const struct process_status *status);

/* The ProcessStatus document, UTF-8 from malloc. */
char *process_status_document(const struct process_status *status);

/* A system that no client has created, with one reference; NULL: no memory. */
struct system *system_create(void);
/* Objects are counted; the engine holds one reference on each that it is attached to. */
struct system *system_ref(struct system *system);
void system_unref(struct system *system);
/* The engine's pointer; NULL before the engine attached itself and after it let go. */
void *system_engine(const struct system *system);
void system_attach(struct system *system, void *engine);
bool system_has_handles(const struct system *system);
struct process *process_ref(struct process *process);
void process_unref(struct process *process);
/* The engine's pointer; NULL before the engine attached itself. */
void *process_engine(const struct process *process);
void process_attach(struct process *process, void *engine);
bool process_has_handles(const struct process *process);
/* The id that the process information shows. */
void process_set_id(struct process *process, uint32_t process_id);

/* The standard streams of a process, before its create is answered. The core keeps the client's ends until they are
   handed over, and closes those that nobody took when the last reference on the process goes. Each of the three ways
   fails with E_OUTOFMEMORY or HRESULT_ERROR_NO_SYSTEM_RESOURCES, and then the stream is as it was: not there.

   For guests in this process: the core makes a pipe, and keeps the guest's end, which does not block. */
HRESULT stream_open(struct process *process, enum engine_stream stream);
bool stream_is_open(const struct process *process, enum engine_stream stream);
/* As platform_stream_read() and platform_stream_write(); when blocked, stream_ready() comes later. */
ptrdiff_t stream_read(struct process *process, enum engine_stream stream, void *buffer, size_t size);
ptrdiff_t stream_write(struct process *process, enum engine_stream stream, const void *buffer, size_t size);
/* Closes the guest's end; closing a closed one does nothing. */
void stream_close(struct process *process, enum engine_stream stream);

/* For guests that are programs of their own: the core makes a pipe, and *guest, which blocks, is the engine's for good.
   It is closed with platform_client_close(), once the program has it. To close StdIn for the program, the engine keeps
   platform_stream_duplicate() of it and calls platform_stream_end(). */
HRESULT stream_take(struct process *process, enum engine_stream stream, platform_stream *guest);
/* For guests that somebody else runs: client is the client's end, which came from outside. It is the core's from here
   on, also after a failure. */
HRESULT stream_adopt(struct process *process, enum engine_stream stream, platform_stream client);

#endif
