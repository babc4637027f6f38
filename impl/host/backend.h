/* Role: the interface between the host model (impl/host), which has the state of the systems, and the backends, which
   run them. The host model turns each request of a client into one task, decides by the state matrices of spec/ whether
   it is allowed, has the backend carry it out, and answers the request when the backend reports it done. A backend
   knows no requests and no states: it starts, stops, spawns and signals, and reports what ended by itself. A backend is
   an engine (engine.h) that begins with a struct host: its open() fills that in and calls host_open(), its close()
   calls host_close() first, and submit, system_released, process_released and process_freed are the host_… functions
   below. Time is the engine's, or real time.
   Threads: all with the core lock; host_format_time() any. A backend with threads of its own keeps the task, releases
   the lock by returning, and calls host_done() with the lock when the work is done. Objects: a backend's systems and
   processes begin with struct host_system and struct host_process; it allocates and frees them when the host model
   asks. Their members belong to the host model and are read-only for backends, unless marked "the backend's". impl/host
   uses no real clock, thread id, address or unseeded random number: time, random numbers and process ids come from the
   backend. */
#ifndef HOST_BACKEND_H
#define HOST_BACKEND_H

#include "base/text/identity.h"
#include "engine.h"
#include "spec_states.h"

/* How a system has ended, as its exit document says it. */
enum host_end {
    HOST_END_NONE,     /* it has not */
    HOST_END_GRACEFUL, /* its guest shut down, by itself or because a client asked */
    HOST_END_FORCED,
    HOST_END_UNEXPECTED, /* for none of the reasons below */
    /* of virtual machines; containers show the type alone */
    HOST_END_RESET,        /* a GracefulExit: its guest reset, and it has StopOnReset */
    HOST_END_RESET_FAILED, /* these are UnexpectedExits */
    HOST_END_WORKER,       /* its worker process ended */
    HOST_END_TRIPLE_FAULT,
    HOST_END_CRASH,       /* its guest crashed */
    HOST_END_CRASH_ASKED, /* the same, since a client asked */
    HOST_ENDS
};

struct host;
struct host_system;
struct host_process;
struct host_task;
struct configuration;
struct modification;
struct spec_failure;

/* The exit code of a Windows process that was interrupted: STATUS_CONTROL_C_EXIT. HCS-ROW: P-30 */
#define HOST_INTERRUPTED 0xC000013Au
enum { HOST_BUCKETS = 1024 };

/* The first member of every backend's own structure. */
struct host {
    struct engine base;
    const struct backend_operations *backend;
    unsigned processors;                       /* set by the backend, as base is */
    bool has_files;                            /* set by the backend: files that clients name are the host's */
    bool containers_pause;                     /* containers can be paused; off unless asked for: Windows can't */
    uint64_t backend_calls;                    /* calls that act on something that runs, or start it; for tests */
    struct host_system *first, *last;          /* in the order of creation */
    struct host_system *buckets[HOST_BUCKETS]; /* by id, without case */
    struct host_task *pending;                 /* tasks without a system */
    cJSON *cpu_groups, *credential_guards;     /* as queries of the service show them; NULL: none */
    unsigned last_group;
    unsigned hosted; /* number of systems that are in a virtual machine of this host */
};

#define HOST_EVERYBODY UINT32_MAX /* no user has that number */

/* A slot for a process in its system. Objects have even addresses, so bit 0 marks a free slot. */
union host_process_slot {
    struct host_process *process; /* NULL: taken, but the backend's prepare() has not succeeded yet */
    uintptr_t next_free;          /* of a free slot: bit 0 is set; above it, the number of the next free slot + 1 */
};

struct host_system {
    struct host_system *bucket_next, *next, *previous;
    struct system *core;
    char *id;
    char *owner; /* NULL: none was given, which is shown as an empty one */
    char *name;  /* of a system that is older than all clients; NULL: none, as for those that clients create */
    struct host_task *lifecycle;
    struct host_task *pending; /* all tasks on this system, lifecycle included */
    uint64_t memory_mb;
    uint64_t started;                    /* on the clock of backend_operations.time */
    struct configuration *configuration; /* as given by the client, with later modifications */
    union host_process_slot *processes;  /* see host_process_in() */
    HRESULT exit_status;
    uint32_t user; /* its creator's; only this user and user 0 see it. HOST_EVERYBODY: it is older than all clients */
    uint32_t process_slots, process_free; /* process_free: the first free slot + 1; 0: none */
    unsigned running, peak_processes;     /* the number of processes that run now; its maximum so far */
    unsigned acting;                      /* in use; not freed while above 0 */
    enum spec_matrix matrix : 8;
    enum spec_state state : 8;  /* STATE_BUSY: lifecycle is pending; STATE_STOPPING: an end is pending */
    enum spec_state back : 8;   /* the state to go to when lifecycle is done */
    enum spec_state before : 8; /* the state to return to if every lifecycle call in progress fails */
    enum host_end end : 8;
    bool terminate_on_close, has_guest, has_shutdown_service, was_started;
    bool shut_down;      /* a client's request to shut down was delivered */
    bool is_hosted;      /* it is in a virtual machine, see table_hosting_id() */
    bool has_ports;      /* serial ports, at any time until now */
    bool linux_guest;    /* a virtual machine that boots a kernel of Linux */
    bool stops_on_reset; /* a virtual machine that ends when its guest restarts */
    char runtime_id[GUID_TEXT];
};

enum host_phase {
    HOST_NEW,    /* its create is pending */
    HOST_FAILED, /* its create failed */
    HOST_RUNNING,
    HOST_ENDED,
};

struct host_process {
    struct process *core;
    struct host_system *system; /* NULL: the system is gone, or has given up the slot */
    uint32_t id;                /* the backend's, set by prepare() or spawn() */
    uint32_t slot;
    uint64_t created;   /* on the clock of backend_operations.time */
    uint32_t exit_code; /* valid once it has ended */
    HRESULT last_wait_result;
    uint8_t phase; /* enum host_phase */
    bool linux_guest;
};

/* The work for one request. */
struct host_task {
    struct request *request;
    struct host_system *system;   /* NULL: none, or the system is gone */
    struct host_process *process; /* NULL: none */
    struct host_task *next, *previous;
    HRESULT decision; /* if it is a failure, the task is answered with it, without asking the backend */
    bool completes;   /* the backend completes it; false: it only completes when its system ends */
    bool listed, acting, done;
    bool ignored;         /* set by the backend for a task on a process: it succeeds without being carried out */
    bool asked;           /* the backend was asked to carry it out */
    bool overtaken;       /* a later call that ends the system is in progress; the task waits for its result */
    bool put_off;         /* was overtaken before the backend was asked to carry it out */
    enum spec_state back; /* host_system.back, saved while the task is overtaken */
    char *path, *message; /* of host_failed(); path alone: of the disk that can't be opened; NULL: none */
    char *document;       /* the backend's, from malloc: of a failed decision, in place of the usual one; NULL: none */
    union {
        struct modification *modification; /* of REQUEST_MODIFY; NULL: the request concerns only the guest */
        struct {
            unsigned parts; /* a bit for each requested part of the properties */
            char *queries;  /* the queries of schema 2.5, as JSON; NULL: none */
        } query;            /* of REQUEST_PROPERTIES */
        char *enumeration;  /* of REQUEST_ENUMERATE: the answer; NULL: out of memory */
        struct {
            bool kill;          /* REQUEST_TERMINATE_PROCESS; false: the client's document names the signal */
            unsigned number;    /* of the signal, in a Linux guest */
            uint32_t exit_code; /* of a process that does not handle the signal */
        } signal;
        struct {
            bool close[STREAM_COUNT], resize;
            uint16_t rows, columns;
        } change; /* of REQUEST_MODIFY_PROCESS */
    };
    uint64_t ticket, wait; /* the backend's */
    bool awaits;           /* the backend's */
    unsigned kept_by;      /* the backend's: the fault rule that delays it; 0: none */
};

/* Resource use of a system or process. Times in units of 100 ns. */
struct backend_usage {
    uint64_t user, kernel;
    uint64_t commit, commit_peak, private_set, shared_set;
    uint64_t reads, read_bytes, writes, written_bytes;
};

/* A process of the system itself, which no client created. */
struct host_own_process {
    const char *image;
    uint32_t id;
    uint64_t started_ms; /* after the start of the system */
    struct backend_usage usage;
};

enum backend_way {
    BACKEND_COMPLETES,
    BACKEND_HOLDS, /* the task completes only when its system ends */
};

/* Why a system must end although no task requests it. */
enum backend_reason { BACKEND_LAST_CLOSE, BACKEND_RESTART };

/* "Task" below means: the function is called once per task, and the backend calls host_done() exactly once, before it
   returns or later, but not after cancel(). "Done" says what then holds. NULL, where allowed, means that there is
   nothing to do: the task completes at once. */
struct backend_operations {
    /* Return a zeroed object, or NULL when out of memory. process_make() may use process_room(core). */
    struct host_system *(*system_make)(struct host *host);
    struct host_process *(*process_make)(struct host *host, struct process *core);
    /* Free an object without references; processes are freed before their system. */
    void (*system_free)(struct host *host, struct host_system *system);
    void (*process_free)(struct host *host, struct host_process *process);

    /* Returns the nanoseconds since the beginning of 2026 (UTC), on the clock shown in documents. */
    uint64_t (*time)(struct host *host);
    /* Returns a random number smaller than below, or any 64-bit number if that is 0. */
    uint64_t (*random)(struct host *host, uint64_t below);

    /* --- before anything happens; each may be NULL --- */

    /* For a call that is answered at once: returns S_OK, or an injected failure. id: of its system, or NULL. */
    HRESULT (*admit)(struct host *host, const struct request *request, const char *id, struct host_system *system);
    /* With host.has_files, else NULL: file() answers a request about a file of the host; may_open() returns S_OK if the
       virtual machine may open one of its disks. */
    void (*file)(struct host *host, struct request *request);
    HRESULT (*may_open)(struct host *host, const struct host_system *system, const char *path);
    /* For a query that has an answer for each property: returns S_OK, or an injected failure of this property. system:
       NULL for a property of the service. */
    HRESULT (*admit_property)(struct host *host, const char *name, const struct host_system *system);
    /* Returns the value of a property to show in place of the host model's, or NULL. system: NULL for a property of the
       service. */
    const cJSON *(*property)(const struct host *host, const char *name, const struct host_system *system);
    /* Applies injected faults to a task of a system before it begins: the backend may change its decision, or hold it.
       What ends because of a fault, the system included, is reported with the functions below. */
    enum backend_way (*apply_faults)(struct host *host, struct host_task *task);
    /* Delays the task until the backend calls host_due(). Returns false when out of memory. NULL: no delay. */
    bool (*delay)(struct host *host, struct host_task *task);
    /* takes: S_OK if the host supports such a system; can_start: S_OK if it can be started now. */
    HRESULT (*takes)(struct host *host, const struct host_system *system);
    HRESULT (*can_start)(struct host *host, const struct host_system *system);

    /* --- systems; task->system is the target. The functions for tasks may be NULL --- */

    /* Task. Done: the system is recorded, with its configuration. */
    void (*create)(struct host *host, struct host_task *task);
    /* Task. Done: its init process runs, or its guest has booted. */
    void (*start)(struct host *host, struct host_task *task);
    /* Task. Done: the request was delivered; the exit is reported with host_system_ended(). */
    void (*shut_down)(struct host *host, struct host_task *task);
    /* Task. Done: the system has ended, its processes have been reaped, and nothing of it is left. May be called again
       for a system that has ended. */
    void (*terminate)(struct host *host, struct host_task *task);
    /* Task. Done: the system has crashed; the host model reports that. */
    void (*crash)(struct host *host, struct host_task *task);
    /* Tasks. Done: pause: nothing in the system runs; resume: everything runs again; save: its state is saved. resume()
       may get a NULL task, and then must not call host_done(). */
    void (*pause)(struct host *host, struct host_task *task);
    void (*resume)(struct host *host, struct host_system *system, struct host_task *task);
    void (*save)(struct host *host, struct host_task *task);
    /* Task: task->modification has the change. Done: it is in force; the host model then changes the configuration. */
    void (*modify)(struct host *host, struct host_task *task);
    /* Task. Done: the next two functions return current values. */
    void (*statistics)(struct host *host, struct host_task *task);
    /* Writes the system's resource use without waiting. Not NULL. */
    void (*system_usage)(struct host *host, const struct host_system *system, struct backend_usage *usage);
    void (*process_usage)(struct host *host, const struct host_process *process, struct backend_usage *usage);
    /* Ends the system without a task; the backend calls host_system_ended(), before this returns or later. Not NULL. */
    void (*abandon)(struct host *host, struct host_system *system, enum backend_reason reason);
    /* The task was answered for another reason: the backend must not call host_done() for it any more, but may finish
       what it began. Called only for tasks that the backend completes (host_task.completes), after delay() or one of
       the operations. NULL only if there is no delay() and every task completes at once. */
    void (*cancel)(struct host *host, struct host_task *task);
    /* Called when the system and its processes have ended. Returns true to withhold the exit from clients; the backend
       then calls host_report_system() later, or never. NULL: never withheld. */
    bool (*system_ended)(struct host *host, struct host_system *system);

    /* --- processes; task->process is the target --- */

    /* Called before a create becomes pending: copies what it needs from the document and opens the streams (engine.h).
       If it fails, it has undone everything, and the request is answered with its HRESULT. Not NULL. */
    HRESULT (*prepare)(struct host *host, struct host_process *process, const struct document *document);
    /* Task. Done: the program runs, and process->id is set. Not NULL. */
    void (*spawn)(struct host *host, struct host_task *task);
    /* Task: task->signal is the signal. Done: it was delivered; after a kill, the process has been reaped, and
       host_process_ended() was called before. Not NULL. */
    void (*signal)(struct host *host, struct host_task *task);
    /* Task: task->change has the streams to close for the guest, and the new console size. Not NULL. */
    void (*change)(struct host *host, struct host_task *task);
    /* The processes of a running system that no client created, for its process list; only *count says how many there
       are. Valid until the next statistics(). May be NULL. */
    const struct host_own_process *(*own_processes)(
        const struct host *host, const struct host_system *system, unsigned *count);
    /* Writes the name of the process's program, for process lists. */
    void (*image)(struct host *host, const struct host_process *process, char *name, size_t size);
    /* Called when the process has ended: closes the guest's ends of its streams. Returns true to withhold the exit
       until host_report_process(), as system_ended() does. Not NULL. */
    bool (*process_ended)(struct host *host, struct host_process *process);
    /* Called when the process is removed from its system; open handles still show how it ended. Also called after a
       failed create, to undo prepare(). Not NULL. */
    void (*process_forgotten)(struct host *host, struct host_process *process);
    /* Returns the process with that id, or NULL. If the function is NULL, all processes are searched. */
    struct host_process *(*find_process)(struct host *host, const struct host_system *system, uint32_t id);
};

/* --- what a backend calls --- */

/* For the backend's open() and close(). host_open() expects base, backend and processors to be set. host_close()
   answers pending requests with HCS_E_TERMINATED and frees all systems; the backend then frees its own structure. */
void host_open(struct host *host);
void host_close(struct host *host);
/* For struct engine_operations. */
void host_submit(struct engine *engine, struct request *request);
void host_system_released(struct engine *engine, struct system *system);
void host_process_released(struct engine *engine, struct process *process);
void host_process_freed(struct engine *engine, void *attached);

/* Ends the delay() of a task. */
void host_due(struct host *host, struct host_task *task);
/* Reports that a task is done or has failed, and frees it. */
void host_done(struct host *host, struct host_task *task, HRESULT result);
/* As host_done(), for a failure with a message for the error document. path: the offending member of the client's
   document; NULL or empty: none. Both are copied. */
void host_failed(struct host *host, struct host_task *task, HRESULT result, const char *path, const char *message);
/* Returns an error document, from malloc, with the events of one kind of failure and the attribution of another; NULL:
   without. NULL if both are NULL, or when out of memory. */
char *host_failure_document(const struct host_task *task, HRESULT result, const struct spec_failure *events,
    const struct spec_failure *attribution);

/* Reports that a system has ended by itself; ignored if it had ended before. status: the exit status; process_result:
   the last wait result of its processes, whose exits are reported first. May free the system. */
void host_system_ended(
    struct host *host, struct host_system *system, enum host_end end, HRESULT status, HRESULT process_result);
/* Reports that the guest of a running system has reset, after the exits of its processes. */
void host_guest_reset(struct host_system *system);
/* Returns what a call fails with because of such an end of its system. usual: unless that end is special. */
HRESULT host_end_result(const struct host_system *system, enum host_end end, enum request_kind kind, HRESULT usual);
/* Reports that a process has ended and been reaped. Must not be called before its spawn() is done. */
void host_process_ended(struct host *host, struct host_process *process, uint32_t exit_code, HRESULT last_wait_result);
/* Reports an exit that system_ended() or process_ended() withheld. */
void host_report_system(struct host *host, struct host_system *system);
void host_report_process(struct host *host, struct host_process *process);
/* Reports that the connection to the guest was lost: pending tasks of its processes fail with this HRESULT. */
void host_cut_guest(struct host *host, struct host_system *system, HRESULT result);
/* Restarts the service: pending requests fail, handles are disconnected, systems and processes continue. */
void host_disconnect(struct host *host);
/* Adds a system that exists before the first call: created, running, paused, saved as a template or exited. Fails with
   HRESULT_ERROR_OBJECT_ALREADY_EXISTS if the id is in use, with E_INVALIDARG if such a system can't be paused or saved.
 */
HRESULT host_place(struct host *host, const char *id, const struct document *document, enum spec_state state);
/* Adds a process that already runs in such a system, without streams. Returns NULL when out of memory. */
struct host_process *host_place_process(struct host *host, struct host_system *system, uint32_t id);

/* Returns the process in a slot below process_slots, or NULL if there is none. */
static inline struct host_process *host_process_in(const struct host_system *system, uint32_t slot)
{
    const union host_process_slot *place = &system->processes[slot];
    return place->next_free & 1 ? NULL : place->process;
}

struct host_system *host_find(const struct host *host, const char *id);
/* True if nothing in the system runs, because it is paused or being paused. */
bool host_is_frozen(const struct host_system *system);
/* Writes a time on the clock of backend_operations.time as RFC 3339 text. */
enum { HOST_TIME_BYTES = 40 };
void host_format_time(uint64_t time, char text[HOST_TIME_BYTES]);

#endif
