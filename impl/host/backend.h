/* Role: the second seam: between what a host knows of its systems (impl/host) and what really happens to them.
   The host model turns each request of a client into one task, decides by the matrices of spec/ whether it may be, asks
   the backend for what has to happen, and answers the request when the backend says that it is done. A backend knows no
   request and no state: it starts, stops, spawns and signals, and tells what ended by itself.

   A backend is an engine (engine.h) that begins with a struct host: its open() fills that in and calls host_open(), its
   close() calls host_close() first, and submit, system_released, process_released and process_freed are the host_…
   functions below. Time is the engine's, or outside.

   Threads: all with the core lock. A backend that does its work on threads of its own keeps the task, gives the lock
   back by returning, and calls host_done() with the lock whenever it is done.
   Objects: a backend's systems and processes begin with struct host_system and struct host_process; it allocates them
   and frees them, the host model says when. What stands in these structs is the host model's, to be read, unless it
   says "the backend's".
   No real clock, thread id, address or unseeded random number decides anything in impl/host: time, chance and process
   ids come from here. */
#ifndef HOST_BACKEND_H
#define HOST_BACKEND_H

#include "engine.h"
#include "spec_states.h"

struct host;
struct host_system;
struct host_process;
struct host_task;
struct modification;

/* The exit code of a Windows process that was interrupted: STATUS_CONTROL_C_EXIT. HCS-ROW: P-30 */
#define HOST_INTERRUPTED 0xC000013Au
enum { HOST_BUCKETS = 1024, HOST_MAX_MEMORY_MB = 1 << 24 /* 16 TiB */ };

/* Every backend begins with this. */
struct host {
    struct engine base;
    const struct backend_operations *backend;
    unsigned processors;                       /* set by the backend, as base is */
    struct host_system *first, *last;          /* in the order of creation */
    struct host_system *buckets[HOST_BUCKETS]; /* by id, case-blind */
    struct host_task *pending;                 /* tasks that are about no system */
    cJSON *cpu_groups, *credential_guards;     /* as queries of the service show them; NULL: none */
    unsigned last_group;
};

struct host_system {
    struct host_system *bucket_next, *next, *previous;
    struct system *core;
    char *id, *owner;
    char runtime_id[37];
    enum spec_matrix matrix;
    enum spec_state state;  /* STATE_BUSY: lifecycle is pending; STATE_STOPPING: an end is pending */
    enum spec_state back;   /* the state to go to when lifecycle is done */
    enum spec_state before; /* the state to go back to when it fails */
    struct host_task *lifecycle;
    struct host_task *pending; /* all tasks on this system, lifecycle included */
    unsigned acting;           /* it is being worked on, and does not go meanwhile */
    uint64_t memory_mb;
    uint64_t started;     /* on the clock of backend_operations.time */
    cJSON *configuration; /* as it was given, and modified since */
    bool terminate_on_close, has_guest, has_shutdown_service, was_started;
    const char *exit_type;
    HRESULT exit_status;
    struct host_process **processes; /* by slot; NULL: free */
    uint32_t process_slots, process_free_count;
    uint32_t *process_free;
    unsigned running, most_processes; /* how many run, and ever ran at a time */
};

enum host_phase {
    HOST_NEW,    /* its create is pending */
    HOST_FAILED, /* its create failed */
    HOST_RUNNING,
    HOST_ENDED,
};

struct host_process {
    struct process *core;
    struct host_system *system; /* NULL: the system, or the slot in it, is gone */
    uint32_t id;                /* the backend's, set by prepare() or spawn() */
    uint32_t slot;
    uint64_t created;   /* on the clock of backend_operations.time */
    uint32_t exit_code; /* once it has ended */
    HRESULT last_wait_result;
    uint8_t phase; /* enum host_phase */
    bool linux_guest;
};

/* What one request asks for. */
struct host_task {
    struct request *request;
    struct host_system *system;   /* NULL: it is about none, or that is gone */
    struct host_process *process; /* NULL: it is about none */
    struct host_task *next, *previous;
    HRESULT decision; /* FAILED: nothing is asked of the backend, and that is the answer */
    bool goes_on;     /* it will be done by itself; else it waits for the end of its system */
    bool listed, acting, done;
    union {
        struct modification *modification; /* of REQUEST_MODIFY; NULL: for the guest alone */
        struct {
            unsigned parts; /* one bit a part of the properties that is asked for */
            char *queries;  /* JSON, the queries of the newer form; NULL: none */
        } query;            /* of REQUEST_PROPERTIES */
        char *enumeration;  /* of REQUEST_ENUMERATE: the answer; NULL: there was no memory */
        struct {
            bool kill;          /* REQUEST_TERMINATE_PROCESS; else as a document asked for */
            unsigned number;    /* of the signal, for a Linux guest */
            uint32_t exit_code; /* what a process has that does not handle it */
        } signal;
        struct {
            bool close[STREAM_COUNT], resize;
            uint16_t rows, columns;
        } change; /* of REQUEST_MODIFY_PROCESS */
    };
    uint64_t ticket, wait; /* the backend's */
    bool awaits;           /* the backend's */
    unsigned kept_by;      /* the backend's: the rule of its plan that keeps it; 0: none does */
};

/* What a system or a process has used. Times in units of 100 ns. */
struct backend_usage {
    uint64_t user, kernel;
    uint64_t commit, commit_peak, private_set, shared_set;
    uint64_t reads, read_bytes, writes, written_bytes;
};

enum backend_way {
    BACKEND_GOES_ON,
    BACKEND_HOLDS, /* the task is not done before its system ends */
};

/* Why a system is to end that no task asks for. */
enum backend_reason { BACKEND_LAST_CLOSE, BACKEND_RESTART };

/* "Task": the function is asked once, and answers with one host_done(), before it returns or later; after cancel() with
   none. NULL, where it is allowed: there is nothing to do, and the task is done at once. */
struct backend_operations {
    /* Zeroed memory for an object; NULL: there is none. */
    struct host_system *(*system_make)(struct host *host);
    struct host_process *(*process_make)(struct host *host);
    /* Nothing refers to it any more; processes go before their system. */
    void (*system_free)(struct host *host, struct host_system *system);
    void (*process_free)(struct host *host, struct host_process *process);

    /* Nanoseconds since the beginning of 2026 (UTC), on the clock that documents show. */
    uint64_t (*time)(struct host *host);
    /* A number below the limit; 0: any of 64 bits. */
    uint64_t (*random)(struct host *host, uint64_t below);

    /* --- before anything happens; each may be NULL --- */

    /* A call that is answered at once: S_OK, or the failure that it meets. id: of its system, or NULL. */
    HRESULT (*admit)(struct host *host, enum request_kind kind, const char *id, struct host_system *system);
    /* A task about a system is about to begin: it may get another decision, or be held. Whatever ends meanwhile, the
       system included, is told with the functions below. */
    enum backend_way (*meet)(struct host *host, struct host_task *task);
    /* The task takes its time: host_due() comes later. false: there is no memory for that. NULL: at once. */
    bool (*delay)(struct host *host, struct host_task *task);
    /* Can the host have such a system; can it start it now? */
    HRESULT (*takes)(struct host *host, const struct host_system *system);
    HRESULT (*can_start)(struct host *host, const struct host_system *system);

    /* --- systems; task->system is the target. Each task may be NULL --- */

    /* Task. Done: its init runs, or its guest is up. */
    void (*start)(struct host *host, struct host_task *task);
    /* Task. Done: the request was delivered; the end is told by host_system_ended(). */
    void (*shut_down)(struct host *host, struct host_task *task);
    /* Task. Done: it has ended, its processes have been reaped, and nothing of it is left. A system that has ended
       already may be asked again. */
    void (*terminate)(struct host *host, struct host_task *task);
    /* Task. Done: it has crashed; the host model tells it. */
    void (*crash)(struct host *host, struct host_task *task);
    /* Tasks. Done: nothing in it runs; everything runs again; it is written down. resume: task NULL: nobody waits. */
    void (*pause)(struct host *host, struct host_task *task);
    void (*resume)(struct host *host, struct host_system *system, struct host_task *task);
    void (*save)(struct host *host, struct host_task *task);
    /* Task: task->modification says what. Done: it is in force; the host model changes the configuration. */
    void (*modify)(struct host *host, struct host_task *task);
    /* Task. Done: the two functions behind answer with what is used now. */
    void (*statistics)(struct host *host, struct host_task *task);
    /* What it has used, without waiting. Not NULL. */
    void (*system_usage)(struct host *host, const struct host_system *system, struct backend_usage *usage);
    void (*process_usage)(struct host *host, const struct host_process *process, struct backend_usage *usage);
    /* It is to end, and nobody waits: told by host_system_ended(), before or after this returns. Not NULL. */
    void (*abandon)(struct host *host, struct host_system *system, enum backend_reason reason);
    /* The task has been answered otherwise: nothing more is said about it. What it began may go on. Asked for tasks
       that go on, after delay() or an operation. NULL only without delay() and where no task is ever answered later. */
    void (*cancel)(struct host *host, struct host_task *task);
    /* It has ended, and its processes have. true: the backend keeps that to itself, and calls host_tell_system() later,
       or never. NULL: false. */
    bool (*system_ended)(struct host *host, struct host_system *system);

    /* --- processes; task->process is the target --- */

    /* Before the create is on its way: takes what it needs of the document, opens the streams (engine.h). On failure
       nothing is left, and the HRESULT is the answer. Not NULL. */
    HRESULT (*prepare)(struct host *host, struct host_process *process, const struct document *document);
    /* Task. Done: the program runs, and process->id is set. Not NULL. */
    void (*spawn)(struct host *host, struct host_task *task);
    /* Task: task->signal says which. Done: it was delivered; after a kill: the process has been reaped, and
       host_process_ended() has told that before. Not NULL. */
    void (*signal)(struct host *host, struct host_task *task);
    /* Task: task->change says which streams are closed for the guest, and how large the console is. Not NULL. */
    void (*change)(struct host *host, struct host_task *task);
    /* The name of its program, for lists. */
    void (*image)(struct host *host, const struct host_process *process, char *name, size_t size);
    /* It has ended: the guest's ends of its streams are closed. true: as system_ended(); host_tell_process(). Not NULL.
     */
    bool (*process_ended)(struct host *host, struct host_process *process);
    /* Its place in the system is given up; handles may be open still, and tell how it ended. A create that failed comes
       here, too, with whatever prepare() left. Not NULL. */
    void (*process_forgotten)(struct host *host, struct host_process *process);
    /* The process of that id; NULL: there is none. NULL: all are looked through. */
    struct host_process *(*find_process)(struct host *host, const struct host_system *system, uint32_t id);
};

/* --- what a backend calls --- */

/* The backend's part of open(): base, backend and processors are set. host_close() answers what is pending with
   HCS_E_TERMINATED and frees all systems; the backend frees itself. */
void host_open(struct host *host);
void host_close(struct host *host);
/* For struct engine_operations. */
void host_submit(struct engine *engine, struct request *request);
void host_system_released(struct engine *engine, struct system *system);
void host_process_released(struct engine *engine, struct process *process);
void host_process_freed(struct engine *engine, void *attached);

/* After delay(): the time of the task has come. */
void host_due(struct host *host, struct host_task *task);
/* An operation is done, or has failed. The task is gone. */
void host_done(struct host *host, struct host_task *task, HRESULT result);

/* A system has ended by itself; once it has, nothing happens. type: a value of NotificationType. status: of the exit;
   process_result: what waits for its processes see, which are told before it. The system may be gone afterwards. */
void host_system_ended(
    struct host *host, struct host_system *system, const char *type, HRESULT status, HRESULT process_result);
/* The process has ended, and has been reaped. Not before spawn() is done. */
void host_process_ended(struct host *host, struct host_process *process, uint32_t exit_code, HRESULT last_wait_result);
/* What system_ended() or process_ended() kept. */
void host_tell_system(struct host *host, struct host_system *system);
void host_tell_process(struct host *host, struct host_process *process);
/* What processes were asked for fails so: the connection to the guest is lost. */
void host_cut_guest(struct host *host, struct host_system *system, HRESULT result);
/* The service restarts: what is under way fails, handles are cut off, systems and processes live on. */
void host_disconnect(struct host *host);
/* A system that is there before the first call: created, running, paused or exited. The document's tree is taken in any
   case. HRESULT_ERROR_OBJECT_ALREADY_EXISTS: the id is there; E_INVALIDARG: no such system can be paused. */
HRESULT host_place(struct host *host, const char *id, struct document *document, enum spec_state state);

struct host_system *host_find(const struct host *host, const char *id);
/* Does nothing in it run at present, because it is paused or on its way there? */
bool host_is_frozen(const struct host_system *system);
/* A point on the clock of backend_operations.time, as RFC 3339 text. */
enum { HOST_TIME_BYTES = 40 };
void host_format_time(uint64_t time, char text[HOST_TIME_BYTES]);

#endif
