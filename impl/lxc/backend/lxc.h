/* Role: shared by the files of the container backend. computecored never calls liblxc: each system has a keeper process
   that does (lxc/keeper_wire.h); this side records systems, starts keepers and exchanges messages with them.
   Threads: all with the core lock, unless a function says otherwise. The backend has two threads: one reads the
   keepers' messages (link.c), one does blocking work on disk and with processes (job.c); neither blocks with the lock.
   Entry points: backend.c. */
#ifndef LXC_LXC_H
#define LXC_LXC_H

#include "lxc/failure.h"
#include "host/backend.h"
#include "lxc/keeper_state.h"
#include "lxc/keeper_wire.h"
#include <dirent.h>
#include <pthread.h>

struct message;

enum { LXC_PATH = 4096, LXC_ID_RANGE = 65536, LXC_SLOTS = 40000 };
#define LXC_FIRST_ID 0x20000000u /* above the ids of people and of ordinary subordinate ranges */

struct lxc_link;
struct lxc_folder;

struct lxc {
    struct host host;
    char state[LXC_PATH], keeper[LXC_PATH], init[LXC_PATH]; /* the state folder, two programs */
    int systems, lock; /* the folder "systems" in it; the lock file: one daemon at a time */
    unsigned owner;    /* the inode number of that folder: cgroups that it owns have names that begin with it */
    int epoll, wake;
    pthread_t watcher, worker;
    bool stops, closes;
    struct lxc_link *links;
    struct lxc_job *first_job, *last_job;
    struct platform_condition work;
    struct lxc_folder *folders; /* of ended systems, still to be removed; the worker's alone */
    uint32_t last_request;
};

/* What a task waits for. */
enum lxc_wait {
    WAIT_RECORD,
    WAIT_CHANGE, /* of its document */
    WAIT_MODIFY, /* of the running container; then WAIT_CHANGE */
    WAIT_START,
    WAIT_END,         /* of the system */
    WAIT_PROCESS_END, /* of the process of the task, which is to be killed */
    WAIT_ANSWER,      /* whatever the keeper answers */
    WAIT_SPAWN,
    WAIT_MEASURE,
    WAIT_LIST, /* of processes; follows WAIT_MEASURE, and is the last */
};

struct lxc_waiting {
    enum lxc_wait wait;
    uint32_t request;       /* the request it waits on; 0: none */
    struct host_task *task; /* NULL: it was answered meanwhile */
    struct lxc_waiting *next;
};

struct lxc_outgoing;

/* The folder of one system in the state folder, and its keeper while it runs. Exists until the folder has been removed,
   even if the host model frees the system earlier. */
struct lxc_link {
    struct lxc *lxc;
    struct lxc_system *system; /* NULL: the host model has forgotten it */
    char name[64];             /* of the folder, the container, its cgroups */
    uint32_t slot;             /* number of its range of ids */
    int socket;                /* -1: no keeper is connected */
    pid_t keeper;              /* our child; 0: there is none */
    bool starting, ready, ends, asked, by_force;
    bool measured;           /* the last answer to WAIT_MEASURE could be read */
    struct failure failure;  /* why it did not start */
    struct lxc_job *removal; /* NULL: it has begun */
    struct lxc_waiting *waiting;
    struct lxc_outgoing *outgoing;
    struct lxc_link *next;
};

struct lxc_system {
    struct host_system host;
    struct lxc_link *link; /* NULL: everything has been removed */
    struct backend_usage usage;
    struct host_own_process *own; /* the processes that no client made, when they were last listed */
    unsigned own_count;
};

struct lxc_process {
    struct host_process host;
    char *request;    /* for KEEPER_SPAWN */
    char program[64]; /* the program's name */
    bool wants[3], console;
    platform_stream guest[3]; /* until it runs; that of StdIn until it ends, to end it */
    struct backend_usage usage;
};

/* --- link.c: messages to and from keepers --- */

/* NULL: no memory, or no range of ids is free. */
struct lxc_link *link_make(struct lxc *lxc, struct lxc_system *system);
void link_free(struct lxc_link *link);
/* Reads a keeper's messages from the socket, which the link owns from now on. false, with errno: it can't be, and has
   been closed. */
bool link_attach(struct lxc_link *link, int socket);
/* The task waits. false: out of memory, and the task has been answered. */
bool link_await(struct lxc_link *link, enum lxc_wait wait, uint32_t request, struct host_task *task);
/* True if the container has gone and its end has not been told yet: that end answers the task, so that nobody hears of
   it before. */
bool link_leaves_to_end(struct lxc_link *link, struct host_task *task);
/* Sends a request; the descriptors are copied. task: waits for the answer, or for the end of the system, if the request
   can't be sent; NULL: none. false: as link_await(). */
bool link_ask(struct lxc_link *link, enum lxc_wait wait, struct host_task *task, struct message message);
/* Detaches the task: a later answer no longer reaches it. */
void link_cancel(struct lxc *lxc, struct host_task *task);
/* Ends the system by force, in whatever state it is. */
void link_end(struct lxc_link *link);
/* Removes and returns a task that waits for that, or NULL. */
struct host_task *link_take(struct lxc_link *link, enum lxc_wait wait, const struct host_process *process);
/* The watcher's thread, started without the lock: receives messages until stops is set. */
void *link_watch(void *lxc);
/* For open(): waits up to limit_ms for one message. false: none came. */
bool link_receive_first(struct lxc_link *link, int limit_ms);

/* --- job.c: blocking work --- */

/* The tasks WAIT_RECORD, WAIT_CHANGE and WAIT_START of the link are answered later; its folder is removed, then
   link_ended() called. false, with errno: it can't be done. */
bool job_prepare(struct lxc_link *link); /* so that the removal needs no memory */
bool job_record(struct lxc_link *link, const cJSON *configuration, const char *id);
bool job_change(struct lxc_link *link, const cJSON *configuration);
bool job_start(struct lxc_link *link);
void job_remove(struct lxc_link *link);
/* The worker's thread, started without the lock. */
void *job_work(void *lxc);

/* --- backend.c: outcomes, time --- */

/* A time since 1970 on the clock of the host model. Any thread. */
uint64_t lxc_time(uint64_t seconds, uint64_t nanoseconds);

/* Called when everything of the system has been removed. Frees the link. */
void link_ended(struct lxc_link *link);

/* --- adopt.c: what an earlier daemon left; in open() --- */

/* systems: their folder, which it closes. */
void lxc_adopt(struct lxc *lxc, DIR *systems);

/* --- spawn.c: processes --- */

struct host_process *lxc_process_make(struct host *host, struct process *core);
void lxc_process_free(struct host *host, struct host_process *process);
HRESULT lxc_prepare(struct host *host, struct host_process *process, const struct document *document);
void lxc_spawn(struct host *host, struct host_task *task);
void lxc_spawned(struct lxc_link *link, struct host_task *task, struct message *answer);
void lxc_signal(struct host *host, struct host_task *task);
void lxc_change(struct host *host, struct host_task *task);
void lxc_image(struct host *host, const struct host_process *process, char *name, size_t size);
bool lxc_process_ended(struct host *host, struct host_process *process);
void lxc_process_forgotten(struct host *host, struct host_process *process);

/* --- modify.c: changes of a container that runs --- */

void lxc_modify(struct host *host, struct host_task *task);
/* The container has been changed: so is its document. */
void lxc_modified(struct lxc_link *link, struct host_task *task);

/* --- measure.c: statistics --- */

void lxc_statistics(struct host *host, struct host_task *task);
/* false: the text can't be read, for lack of memory on either side. */
bool lxc_measured(struct lxc_link *link, const char *json);
bool lxc_listed(struct lxc_link *link, const char *json);
void lxc_system_usage(struct host *host, const struct host_system *system, struct backend_usage *usage);
void lxc_process_usage(struct host *host, const struct host_process *process, struct backend_usage *usage);
/* Those of the last listing that no client made: process 1, and children of processes. */
const struct host_own_process *lxc_own_processes(
    const struct host *host, const struct host_system *system, unsigned *count);

static inline struct lxc *lxc_of(struct host *host)
{
    return (struct lxc *)host;
}

static inline struct lxc_link *lxc_link_of(const struct host_task *task)
{
    return task->system ? ((struct lxc_system *)task->system)->link : NULL;
}

#endif
