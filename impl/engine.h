/* Role: the one seam between the API and what runs the compute systems.
   The core (impl/core) turns each call into a typed request; an engine owns the state of systems and processes, answers
   every request exactly once, and reports events that no request caused. An engine knows no client handle, no UTF-16
   and no callback, and never calls client code. A new engine is one folder and one line in core/engines.c.

   Threads: one lock, the core's, guards everything. Every function of struct engine_operations but stop() is called
   with it held; everything below "what an engine calls" must be called with it held. An engine with threads of its own
   takes the lock with core_lock() before it reports anything, and never blocks while it holds it.
   Order: open(); submit() and the others; stop() if there is one; close(). Nothing is submitted after stop() began.
   Objects: struct system and struct process are counted. An engine attaches its own object to each by one pointer
   (system_attach(), process_attach()), and holds one reference for as long as it reports about it.
   Memory: text and documents are UTF-8; each function states ownership.

   Systems that outlive a client. One struct system represents one system for as long as the engine runs in this
   process, whether any handle is open on it or not: every open gets the same object.
   - An engine whose systems live elsewhere makes the object (system_create()) when a client first opens the system, and
     attaches itself. An exit that happened before it attached is reported then, with system_event(), before the
     open is answered; the core keeps it readable for handles opened later.
   - system_released() only says that the last handle in this process was closed. For ShouldTerminateOnLastHandleClosed
     the handles of all client processes are counted by the owner of the systems: the host model within one process, the
     service where several processes share it.
   - When the service was restarted, the engine answers pending requests with HCS_E_SERVICE_DISCONNECT, then calls
     system_disconnect() and process_disconnect() for each object that it is attached to. The old handles are
     disconnected; a later open may return the same object, and its handle works. */
#ifndef ENGINE_H
#define ENGINE_H

#include "base/text/json_writer.h"
#include "base/text/text.h"
#include "core/text/document.h"
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
struct engine_control;

/* Maximum length of a result or event document, without the terminating zero. */
enum { RESULT_BYTES = 64 << 20 };

/* One call in progress; spec_requests describes its kind. Its address stays valid until request_complete(). system: the
   target; for a create, a new object that the engine may attach itself to (its engine pointer is NULL); for an open,
   NULL, to be set by the engine before it completes with success. process: likewise. document, document_text, id, path:
   valid during submit() only; an engine that needs them longer copies them, a tree by cJSON_Duplicate().
   A request about a file is answered with S_FALSE if the host has no files of its own: those of the client are meant,
   and the core acts on them. */
struct request {
    enum request_kind kind;
    struct system *system;
    struct process *process;
    const struct document *document; /* the client's, checked; NULL: none was given */
    const char *document_text;       /* its text; NULL: none */
    size_t document_length;
    const char *id;      /* of the system, for create and open, and for what it may do with a file */
    const char *path;    /* of the file that the request is about */
    uint32_t process_id; /* for open process */
    uint64_t handle;     /* the one that the call was made through; of a client of a computecored, the one that this
                            has for the object; 0: the call has none, or makes it */
    uint32_t user;       /* the client's user id: only that user's systems are visible; 0: all systems are */

    void *engine;           /* for the engine's use while the request is pending; NULL at first */
    uint32_t backend_calls; /* how often the engine has made a backend act on something that runs */

    /* For the core's use. */
    struct operation *operation; /* NULL: the request is synchronous */
    /* For a request without an operation whose submitter does not wait: called with the lock held once result and
       answer are set; the answer is then the submitter's. NULL: the submitter waits. */
    void (*answered)(struct request *request);
    HRESULT result;  /* of a synchronous request, once done */
    char *answer;    /* likewise; NULL: none */
    uint64_t opened; /* the value of the handle that an open has opened, once done, for a submitter who waits */
    bool done;
};

/* The status of a process. */
struct process_status {
    uint32_t process_id, exit_code;
    HRESULT last_wait_result;
    bool exited;
};

/* Options of an engine: names and values, different for each engine. A name is also that of the environment variable
   that sets the same option. */
struct engine_option {
    const char *name, *value;
};
struct engine_options {
    const struct engine_option *list;
    size_t count;
    bool environment; /* set by engines_open(): options not in the list are read from the environment */
};
/* The value of an option; NULL: neither given nor in the environment. Valid as long as the options are. */
const char *engine_option(const struct engine_options *options, const char *name);

enum engine_progress {
    ENGINE_RAN,   /* one event ran */
    ENGINE_LATER, /* nothing is due up to the limit, but something is due later */
    ENGINE_EMPTY  /* nothing is due: only a call, input on a stream or an outside event changes that */
};

enum engine_stream { STREAM_INPUT, STREAM_OUTPUT, STREAM_ERROR, STREAM_COUNT };

struct engine_operations {
    const char *name; /* the value of COMPUTECORE_ENGINE */

    /* Starts the engine. After success *engine is set, its operations, time, os_build and schema_minor too. On failure
       prints one line to standard error, returns an HRESULT, and leaves *engine unchanged. */
    HRESULT (*open)(const struct engine_options *options, struct engine **engine);
    /* Ends the engine's threads. Called once, without the lock; when it returns, none of them is inside the core.
       Pending requests may be answered here (with the lock) or in close(). No submit() follows. NULL: the engine has no
       thread of its own. */
    void (*stop)(struct engine *engine);
    /* Answers pending requests with HCS_E_TERMINATED, releases all objects, frees the engine. */
    void (*close)(struct engine *engine);

    /* Takes one request and answers it, before it returns or later, on any thread. It cannot fail in any other way, and
       does not block. */
    void (*submit)(struct engine *engine, struct request *request);
    /* The last handle on the object was closed. The engine may end the system, or forget the process; requests for it
       may still be pending. NULL: the engine need not know. */
    void (*system_released)(struct engine *engine, struct system *system);
    void (*process_released)(struct engine *engine, struct process *process);
    /* A handle on a system or process was closed: no later request is made through it. NULL: the engine need not know.
     */
    void (*handle_closed)(struct engine *engine, uint64_t handle);
    /* The last reference to the process is gone: the engine frees what it attached. NULL: nothing is ever attached, or
       the engine frees it elsewhere. */
    void (*process_freed)(struct engine *engine, void *attached);
    /* A stream on which stream_read() or stream_write() would have blocked is ready. NULL: the engine calls neither. */
    void (*stream_ready)(struct engine *engine, struct process *process, enum engine_stream stream);
    /* Adds to the open JSON object the settings that decide the engine's results, for the header of a trace. NULL:
       there are none. */
    void (*describe)(struct engine *engine, struct writer *writer);
    /* Adds to a message which system or process (either may be NULL) a pending request, or with request NULL a missing
       exit, belongs to and what delays it: " of system \"a\"; fault 2 of the scenario holds it back". NULL: the engine
       cannot say. */
    void (*explain)(struct engine *engine, const struct request *request, const struct system *system,
        const struct process *process, struct text *text);

    /* With ENGINE_TIME_ELSEWHERE, NULL otherwise. The calling thread is about to sleep in that wait. Called again each
       time it goes back to sleep. */
    void (*wait_sleeps)(struct engine *engine, struct engine_wait *wait);
    /* A wait that wait_sleeps() was called for has ended. */
    void (*wait_ended)(struct engine *engine, struct engine_wait *wait);
    /* May be NULL, or both are there. Sleeps in the calling thread, with the lock released, until something arrives for
       the engine, wake() is called, or the real time `until`. false, and nothing was done: another thread does that
       already, and calls progress_changed() for what arrives. */
    bool (*rest)(struct engine *engine, uint64_t until);
    void (*wake)(struct engine *engine);
    /* A client polls: the process that has the clock runs its next event. */
    void (*polled)(struct engine *engine);
    /* A control call for the simulator in that process; answered with control_answer(), perhaps before it returns. */
    void (*control)(struct engine *engine, struct engine_control *control);

    /* For an engine with its own clock; otherwise all NULL. drive: runs at most one event whose time is not after
       limit, and sets the clock to its time. At equal times events come before the deadlines of waits. */
    enum engine_progress (*drive)(struct engine *engine, uint64_t limit);
    /* Sets the clock to a time not before now(), because a wait timed out. Nothing is due before that time. */
    void (*pass)(struct engine *engine, uint64_t time);
    /* The time of the next event, PLATFORM_FOREVER if there is none. */
    uint64_t (*due)(struct engine *engine);
    /* Nanoseconds on the engine's clock. */
    uint64_t (*now)(struct engine *engine);
};

/* A call that sleeps here while another process has the clock: that process treats it as a waiting client of its own.
 */
struct engine_wait {
    uint32_t id, timeout_ms;  /* id: from 1, unique among sleeping waits; timeout_ms: may be INFINITE */
    uint64_t reported;        /* for the engine's use; 0 at first */
    bool over;                /* set by the engine: the wait has timed out, its thread must be woken */
    struct engine_wait *next; /* for the engine's use */
};

/* A call of HcsSim.h for a simulator in another process. */
enum control_kind {
    CONTROL_NOW,
    CONTROL_SEED,
    CONTROL_COUNT, /* once it is answered, all events that were due there have arrived here */
    CONTROL_ADVANCE,
    CONTROL_TRACE,
    CONTROL_RESET,
    CONTROL_BACKEND_CALLS, /* of any engine: the sum of the requests' backend_calls */
    CONTROL_SCENARIO,
    CONTROL_KINDS
};
struct engine_control {
    enum control_kind kind;
    uint64_t value;                       /* of an advance: nanoseconds. Once answered: the number that was asked for */
    const char *path;                     /* of a trace; NULL: none */
    const struct engine_options *options; /* of a reset */
    const char *scenario;                 /* JSON text, of a change of the scenario */
    uint32_t id;                          /* unique among pending control calls and waits */
    HRESULT result;
    bool done;
    bool changed; /* of a reset, set before the answer: the old simulator is gone, even if result is a failure */
    struct engine_control *next; /* for the engine's use */
};

/* How the clock of an engine moves. */
enum engine_time {
    ENGINE_TIME_OUTSIDE,   /* no clock of its own: events come from outside, waits take real time */
    ENGINE_TIME_ELSEWHERE, /* the clock is in another process, which learns of waits and reports when they time out */
    ENGINE_TIME_FREE,      /* advances as soon as every client is idle or waits */
    ENGINE_TIME_REAL,      /* follows real time, speed times as fast */
    ENGINE_TIME_MANUAL,    /* advances only by progress_advance() */
};

/* How the core moves an engine's own clock. */
struct engine_clock {
    unsigned clients; /* 1: only one thread calls, so that a time-out takes no real time */
    unsigned idle_ms; /* real milliseconds for which the clock waits for callbacks and idle clients */
    unsigned speed;   /* factor for ENGINE_TIME_REAL; 0 means 1 */
};

/* The first member of every engine's own structure. */
struct engine {
    const struct engine_operations *operations;
    enum engine_time time;
    struct engine_clock clock; /* unused with ENGINE_TIME_OUTSIDE */
    unsigned os_build;         /* the Windows build of the host, or the one it emulates */
    unsigned schema_minor;     /* the host supports the schema versions 2.0 to 2.schema_minor */
    size_t process_room;       /* bytes that it wants with each process, see process_room(); 0: none */
    bool strict_documents;     /* documents with something that hosts ignore are refused */
    bool refuses_at_once;      /* a wrong document makes a create or modify fail, not its operation */
};
enum { ENGINE_MAX_ROOM = 512 };

/* True if the engine has its own clock in this process. */
static inline bool engine_has_clock(const struct engine *engine)
{
    return engine->time != ENGINE_TIME_OUTSIDE && engine->time != ENGINE_TIME_ELSEWHERE;
}

/* --- what an engine calls, with the lock of core/lock.h; documents are written with the writer of
 * base/text/json_writer.h
 * --- */

/* Answers a request, exactly once, on any thread; its waiters wake. An open whose submitter waits has its handle when
   this returns; without memory for one it fails, and its object may have no handle at all. The engine must not use the
   request afterwards.
   document: a result document from malloc, given to the core, or NULL. For a failure without a document the core writes
   one from the HRESULT. */
void request_complete(struct request *request, HRESULT result, char *document);
/* Answers a request with a failure that has a message: path (may be NULL) and message go into the error document. */
void request_refuse(struct request *request, HRESULT result, const char *path, const char *message);

/* Answers a control call, once. */
void control_answer(struct engine_control *control, HRESULT result, uint64_t value);

/* An event of a system: the value of HCS_EVENT_TYPE. document: copied, or NULL; a short one needs no allocation.
   HcsEventSystemExited is reported at most once; it stays readable while a handle is open, but without its document if
   memory is short and another system has already ended in a way that no system did before. */
void system_event(struct system *system, int type, const char *document);
/* From now on waits for the exit of the system end with HCS_E_SYSTEM_ALREADY_STOPPED once it has exited: its exit
   status is lost. */
void system_lose_status(struct system *system);
/* True if a callback of a handle on the system is queued or running. */
bool system_has_callbacks(const struct system *system);
/* The service was restarted: the open handles on the object are disconnected. Their callbacks are called, waits for an
   exit fail, and calls through them fail with HCS_E_SERVICE_DISCONNECT; new handles are not affected. */
void system_disconnect(struct system *system);
void process_disconnect(struct process *process);
/* The exit of a process, reported once; the status stays readable while a handle is open. */
void process_event(struct process *process, const struct process_status *status);

/* The ProcessStatus document, UTF-8 from malloc. */
char *process_status_document(const struct process_status *status);

/* A system that no client has created, or a process in one, with one reference; NULL: no memory. */
struct system *system_create(void);
struct process *process_create(struct system *system);
/* Objects are counted; the engine holds one reference on each that it is attached to. */
struct system *system_ref(struct system *system);
void system_unref(struct system *system);
/* The engine's pointer; NULL before the engine attached itself and after it detached. */
void *system_engine(const struct system *system);
void system_attach(struct system *system, void *engine);
bool system_has_handles(const struct system *system);
struct process *process_ref(struct process *process);
void process_unref(struct process *process);
/* The engine's pointer; NULL before the engine attached itself. */
void *process_engine(const struct process *process);
/* The zeroed memory that the engine wanted with each process, which lives as long as the process. It is beside the
   core's own: with many processes what counts is how many pages a call touches. */
void *process_room(struct process *process);
void process_attach(struct process *process, void *engine);
bool process_has_handles(const struct process *process);
/* The process id shown in the process information. */
void process_set_id(struct process *process, uint32_t process_id);

/* The standard streams of a process, before its create is answered. The core keeps the client's ends until they are
   handed over, and closes those not handed over when the last reference on the process is released. Each of the three
   functions fails with E_OUTOFMEMORY or HRESULT_ERROR_NO_SYSTEM_RESOURCES; the stream then does not exist.

   For guests in this process: the core makes a pipe and keeps the guest's end, which is non-blocking. */
HRESULT stream_open(struct process *process, enum engine_stream stream);
bool stream_is_open(const struct process *process, enum engine_stream stream);
/* As platform_stream_read() and platform_stream_write(); when they would block, stream_ready() is called later. */
ptrdiff_t stream_read(struct process *process, enum engine_stream stream, void *buffer, size_t size);
ptrdiff_t stream_write(struct process *process, enum engine_stream stream, const void *buffer, size_t size);
/* Closes the guest's end; does nothing if it is closed. */
void stream_close(struct process *process, enum engine_stream stream);

/* The standard input and output of a process in this process that no client has created, as a serial port: a named pipe
   of the machine (platform/port.h), which a program opens. Input has no end. Output blocks until the first program is
   there, and is dropped while none is there after that. user: may open it, too; 0: nobody. Fails with E_INVALIDARG (no
   name of a pipe), E_ACCESSDENIED, HRESULT_ERROR_SHARING_VIOLATION, HRESULT_ERROR_NO_SYSTEM_RESOURCES or E_OUTOFMEMORY.
 */
HRESULT stream_open_port(struct process *process, const char *name, uint32_t user);
/* The pipe is gone. Does nothing if there is none. */
void stream_close_port(struct process *process);
/* The guest restarts: if no program is there output blocks again until the next one comes. */
void stream_restart_port(struct process *process);

/* For guests that are real programs: the core makes a pipe, and the engine owns *guest, which is blocking. It is closed
   with platform_client_close(), once the program has inherited it. To be able to close StdIn for the program, the
   engine keeps a platform_stream_duplicate() of it and calls platform_stream_end(). */
HRESULT stream_take(struct process *process, enum engine_stream stream, platform_stream *guest);
/* For guests run by another process: client is the client's end, received from there. The core owns it, also after a
   failure. */
HRESULT stream_adopt(struct process *process, enum engine_stream stream, platform_stream client);

#endif
