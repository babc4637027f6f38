/* Role: the one seam between the API and what runs the compute systems.
   The core (impl/core) turns each call into a typed request; an engine owns the state of systems and processes,
   answers every request exactly once, and reports what happens by itself. An engine knows no client handle, no
   UTF-16 and no callback.

   Lock: every function of struct engine_operations is called with the core lock held, and everything that an
   engine calls in the core must be called with it held; an engine with threads of its own takes it with
   core_lock() of core/lock.h. An engine never calls client code.
   Memory: text and documents are UTF-8. A new engine is one folder and one line in core/engines.c. */
#ifndef ENGINE_H
#define ENGINE_H

#include "core/document.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

struct system;
struct process;
struct engine;
struct writer;

enum request_kind {
    REQUEST_CREATE_SYSTEM,
    REQUEST_OPEN_SYSTEM,
    REQUEST_START,
    REQUEST_SHUT_DOWN,
    REQUEST_TERMINATE,
    REQUEST_CRASH,
    REQUEST_PAUSE,
    REQUEST_RESUME,
    REQUEST_SAVE,
    REQUEST_MODIFY,
    REQUEST_PROPERTIES,
    REQUEST_ENUMERATE,
    REQUEST_RELEASE_SYSTEM, /* the last handle of a system was closed */
    REQUEST_CREATE_PROCESS,
    REQUEST_OPEN_PROCESS,
    REQUEST_SIGNAL_PROCESS,
    REQUEST_TERMINATE_PROCESS,
    REQUEST_MODIFY_PROCESS,
    REQUEST_PROCESS_INFO,
    REQUEST_PROCESS_PROPERTIES,
    REQUEST_RELEASE_PROCESS, /* the last handle of a process was closed */
    REQUEST_GET_SERVICE_PROPERTIES,
    REQUEST_MODIFY_SERVICE,
    REQUEST_SUBMIT_CRASH_REPORT,
    REQUEST_CREATE_GUEST_STATE_FILE,
    REQUEST_CREATE_RUNTIME_STATE_FILE,
    REQUEST_PROCESSOR_COMPATIBILITY,
    REQUEST_GRANT_ACCESS,
    REQUEST_REVOKE_ACCESS,
    REQUEST_GRANT_GROUP_ACCESS,
    REQUEST_REVOKE_GROUP_ACCESS,
    REQUEST_KINDS
};

/* One call on its way. The core keeps it alive until request_complete().
   system: the target; for a create, a new object that the engine may attach itself to (system->engine is NULL);
   for an open, NULL, to be set by the engine before it completes with success. process: likewise.
   document, text: valid during submit() only; an engine that needs them longer copies. */
struct request {
    enum request_kind kind;
    struct system *system;
    struct process *process;
    const struct document *document; /* NULL: none was given */
    const char *text;                /* the id for create and open, the file for file functions */
    uint32_t number;                 /* the process id for open process */

    struct request *next, *previous; /* the engine's, while the request is pending */
    uint64_t ticket, value;          /* the engine's */
    HRESULT decision;                /* the engine's */
    char *answer; /* the engine's: a document made early; once done, of a synchronous request: the core's, its result */
    struct operation *operation; /* the core's */
    HRESULT result;              /* the core's, of a synchronous request */
    bool done;                   /* the core's */
};

/* How a process stands. */
struct process_status {
    uint32_t process_id, exit_code;
    HRESULT last_wait_result;
    bool exited;
};

struct engine_options {
    const char *scenario; /* COMPUTECORE_SCENARIO: a file or JSON text, or NULL */
    const char *seed;     /* COMPUTECORE_SEED, or NULL */
    const char *os_build; /* COMPUTECORE_OS_BUILD, or NULL */
};

enum engine_progress {
    ENGINE_RAN,   /* one event ran */
    ENGINE_LATER, /* nothing is due up to the limit, something is later */
    ENGINE_EMPTY  /* nothing will happen without a call, a byte or the world outside */
};

enum engine_stream { STREAM_INPUT, STREAM_OUTPUT, STREAM_ERROR, STREAM_COUNT };

struct engine_operations {
    const char *name;
    /* Bytes behind every struct process that are the engine's (zeroed; process->engine points there). */
    size_t process_bytes;
    /* Starts the engine. On failure prints one line to standard error and returns an HRESULT. */
    HRESULT (*open)(const struct engine_options *options, struct engine **engine);
    /* Answers what is pending with HCS_E_TERMINATED, lets go of all objects, frees the engine. */
    void (*close)(struct engine *engine);
    /* Takes one request; may complete it before it returns. Must not fail otherwise. */
    void (*submit)(struct engine *engine, struct request *request);
    /* Runs at most one event whose time is not after limit, and sets the clock to its time. At equal times
       events come before the deadlines of waits. Engines that live outside return ENGINE_EMPTY. */
    enum engine_progress (*drive)(struct engine *engine, uint64_t limit);
    /* Sets the clock to a time that is not before now(): a wait ran out. Nothing is due before it. */
    void (*pass)(struct engine *engine, uint64_t time);
    /* The time of the next event, PLATFORM_FOREVER if there is none. */
    uint64_t (*due)(struct engine *engine);
    /* Nanoseconds on the engine's clock. */
    uint64_t (*now)(struct engine *engine);
    /* Adds to an open object what the engine runs with and what decides its results: for the head of a trace. */
    void (*describe)(struct engine *engine, struct writer *writer);
    /* A stream on which stream_read() or stream_write() was blocked may be tried again. */
    void (*stream_ready)(struct engine *engine, struct process *process, enum engine_stream stream);
};

/* How the clock of an engine moves that has one of its own. */
enum engine_time {
    ENGINE_TIME_FREE,   /* as soon as nobody has anything else to do */
    ENGINE_TIME_REAL,   /* with the real one, speed times as fast */
    ENGINE_TIME_MANUAL, /* only by progress_advance() */
};

/* Every engine begins with this. */
struct engine {
    const struct engine_operations *operations;
    unsigned clients;  /* 1: one thread drives, so that a time-out needs no real time */
    unsigned idle_ms;  /* how long the clock waits for callbacks and idle clients, real time */
    unsigned os_build; /* the Windows build that the host has, or stands for */
    enum engine_time time;
    unsigned speed;
    uint64_t seed;         /* of what is drawn; 0 where nothing is */
    unsigned schema_minor; /* the host has the schema versions 2.0 to 2.schema_minor */
};

/* --- what an engine calls --- */

/* Answers a request, exactly once. document: a result document from malloc, given to the core, or NULL.
   For a failure without a document the core writes one from the HRESULT. */
void request_complete(struct request *request, HRESULT result, char *document);
/* Answers a failure whose cause has words: path (may be NULL) and message go into the error document. */
void request_refuse(struct request *request, HRESULT result, const char *path, const char *message);

/* An event of a system: the value of HCS_EVENT_TYPE. document: from malloc, given to the core, or NULL.
   HcsEventSystemExited may be reported once; it stays readable while a handle is open. */
void system_event(struct system *system, int type, char *document);
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
void *process_engine(const struct process *process);
bool process_has_handles(const struct process *process);
/* The id that the process information shows. */
void process_set_id(struct process *process, uint32_t process_id);

/* The guest's ends of the standard streams. The core makes the pipes. */
HRESULT stream_open(struct process *process, enum engine_stream stream);
bool stream_is_open(const struct process *process, enum engine_stream stream);
/* As platform_stream_read() and platform_stream_write(); when blocked, stream_ready() comes later. */
ptrdiff_t stream_read(struct process *process, enum engine_stream stream, void *buffer, size_t size);
ptrdiff_t stream_write(struct process *process, enum engine_stream stream, const void *buffer, size_t size);
/* Closes the guest's end; closing a closed one does nothing. */
void stream_close(struct process *process, enum engine_stream stream);

#endif
