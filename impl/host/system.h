/* Role: simulated compute systems: their states, which the matrices of spec/ govern, and their documents.
   Threads: core lock held. */
#ifndef SIM_SYSTEM_H
#define SIM_SYSTEM_H

#include "backend/sim.h"

struct sim_process;

enum { SIM_MAX_MEMORY_MB = 1 << 24 }; /* 16 TiB */

struct sim_system {
    struct sim_system *bucket_next, *next, *previous;
    struct system *core;
    char *id, *owner;
    char runtime_id[37];
    enum spec_matrix matrix;
    enum spec_state state; /* STATE_BUSY: lifecycle is pending; STATE_STOPPING: an end is pending */
    enum spec_state back;  /* the state to go to when lifecycle completes */
    struct request *lifecycle;
    struct request *pending; /* all requests on this system, lifecycle included */
    uint64_t exit_ticket;
    uint64_t memory_mb, started;
    cJSON *configuration; /* as it was given, and modified since */
    /* of processes that have ended, in units of 100 ns; how many ran at a time */
    uint64_t ended_user, ended_kernel;
    unsigned running, most_processes;
    bool lose_exit, lose_status, await_callback; /* effects of the fault plan */
    unsigned exit_kept_by;                       /* the rule that made lose_exit true */
    uint64_t exit_delay;                         /* from the exit to its event */
    bool terminate_on_close, has_guest, has_shutdown_service, was_started;
    const char *exit_type;
    HRESULT exit_status;
    struct sim_file *files;         /* that its guest has written */
    struct sim_process **processes; /* by slot; NULL: free */
    uint32_t process_slots, process_free_count;
    uint32_t *process_free;
};

/* Puts the systems of the scenario there. E_INVALIDARG after one line on standard error, E_OUTOFMEMORY. */
HRESULT system_place_all(struct sim *sim);
void system_submit(struct sim *sim, struct request *request);
void system_complete(struct sim *sim, struct request *request);
/* The end that the last close asked for. */
void system_terminate_now(struct sim *sim, struct sim_system *system);
/* Nobody may hold the system any more, or something about it was completed: it may end or go. */
void system_settle(struct sim *sim, struct sim_system *system);
void system_destroy(struct sim *sim, struct sim_system *system);
/* The simulator is closed: what is pending is answered, and the system is gone. */
void system_close(struct sim *sim, struct sim_system *system);
struct sim_system *system_find(struct sim *sim, const char *id);

/* Schedules a request on a system (NULL: its system is gone) and lists it there until it completes. false: there
   was no memory, and it has been answered. */
bool system_schedule(struct sim *sim, struct sim_system *system, struct request *request);
/* The fault plan's part in a request of the system that has its decision; NULL: it has none. What concerns the system
   has been done: FAULT_FAIL, FAULT_DISCONNECT and FAULT_CLOSE_CONNECTION have decided the request, FAULT_EXIT makes the
   system exit, FAULT_HANG has listed it, and nothing more is to be done with it. */
const struct fault *system_meet_fault(struct sim *sim, struct sim_system *system, struct request *request);
/* The event of an exit that is told late. */
void system_tell_exit(struct sim *sim, struct sim_system *system);
/* Lists a request that completes when somebody says so, or with its system. */
void system_hold(struct sim_system *system, struct request *request);
/* The service restarts: what is under way fails, handles are cut off, systems and processes live on. */
void system_disconnect_all(struct sim *sim);
void system_unlist(struct sim_system *system, struct request *request);

#endif
