/* Role: the simulator, a backend of the host model that runs in virtual time. It owns the clock, latencies, faults,
   guests and their files; impl/host has the state of the systems. Nothing here depends on a real clock, a thread, an
   address or floating point: the same scenario, seed and calls give the same results.
   Threads: core lock held. */
#ifndef SIM_H
#define SIM_H

#include "host/backend.h"
#include "queue.h"
#include "random.h"
#include "scenario.h"

extern const struct engine_operations sim_engine;

/* Returns the seed of the open simulator; the open engine must be one. */
uint64_t sim_seed(void);
/* Changes the scenario of the open simulator; see scenario_change(). A trace records it. */
HRESULT sim_change(const char *change, size_t length, const char *where);
/* Returns how often it has made a system or process act for a request. */
uint64_t sim_backend_calls(void);

struct sim {
    struct host host; /* must be first: core and host model see the simulator as a struct host */
    uint64_t now;     /* virtual nanoseconds since the engine was opened */
    struct queue queue;
    struct random random;
    struct scenario scenario;
    bool faults_are_over;
    bool comes_again;                /* the task that was due has been queued again, in its reserved place */
    unsigned exposed[REQUEST_KINDS]; /* calls so far that a fault plan could hit, by kind */
    bool is_forced;                  /* the fault `forced` hits the next call that a plan could hit */
    struct fault forced;
    struct sim_ended *ended; /* when systems exited, by id; recorded only if the plan needs it */
};

struct sim_system {
    struct host_system host; /* must be first */
    uint64_t exit_ticket;    /* in the queue: of the exit, or of its delayed report; 0: neither is scheduled */
    unsigned exit_kept_by;   /* the number of the rule that set lose_exit */
    uint8_t end;             /* enum host_end: the scheduled one, unless its guest resets */
    bool by_guest : 1;       /* its guest has scheduled the exit, or would have, were it not paused */
    bool resets : 1;         /* its guest resets, which need not end it */
    bool lose_exit : 1, lose_status : 1, await_callback : 1; /* effects of the fault plan */
    uint64_t power_left;               /* while the guest is paused: the time to the exit that it has scheduled */
    uint64_t ended_user, ended_kernel; /* time used by processes that have ended, in units of 100 ns */
    uint64_t exit_delay;               /* from the exit to its event */
    struct serial *serials;            /* its serial ports that are open */
    struct sim_file *files;            /* files that its guest has written */
};

static inline uint64_t sim_at_most(uint64_t value, uint64_t most)
{
    return value < most ? value : most;
}

/* Events in the queue. */
enum sim_event {
    SIM_COMPLETE, /* object: the host_task that completes */
    SIM_STEP,     /* object: the sim_process that continues */
    SIM_EXIT,     /* object: the sim_system that exits */
    SIM_TELL,     /* object: the sim_system whose delayed exit is reported */
};

/* Returns the scenario's fault that hits a call, or NULL. id: of the call's system, NULL if it has none. system: NULL
   if it does not exist. refused: the state has already refused the call. */
const struct fault *sim_fault(
    struct sim *sim, const struct request *request, const char *id, const struct host_system *system, bool refused);
/* Prevents further faults. For explorers, which then check that everything terminates. */
void sim_end_faults(struct sim *sim);
/* For struct engine_operations: rules forget what they have counted for the handle. */
void sim_handle_closed(struct engine *engine, uint64_t handle);
/* Ignores the scenario's fault plan: only forced faults happen. */
void sim_leave_plan(struct sim *sim);
/* Forces this fault on the next call that it is possible for, regardless of the plan; NULL: the plan decides again. */
void sim_force_fault(struct sim *sim, const struct fault *fault);
/* Creates the systems of the scenario. Returns S_OK or E_OUTOFMEMORY. */
HRESULT sim_place_all(struct sim *sim);
/* Apply the fault plan to calls: functions of the backend. */
HRESULT sim_admit(struct host *host, const struct request *request, const char *id, struct host_system *system);
HRESULT sim_admit_property(struct host *host, const char *name, const struct host_system *system);
const cJSON *sim_property(const struct host *host, const char *name, const struct host_system *system);
enum backend_way sim_apply_faults(struct host *host, struct host_task *task);
/* Schedules the exit of the system. */
void sim_exit_later(struct sim *sim, struct sim_system *system, uint64_t delay, enum host_end end);
/* The same by its guest, which shuts down or resets; nothing happens if another exit is scheduled. */
void sim_power_later(struct sim *sim, struct sim_system *system, uint64_t delay, bool resets);
/* Returns how a reset of the guest ends the system; HOST_END_NONE: it does not. */
enum host_end sim_end_of_reset(const struct sim *sim, const struct host_system *system);
/* True if the exit is an UnexpectedExit. */
bool sim_is_unexpected(enum host_end end);
/* Cancels an exit or restart that the guest itself has scheduled. Returns false if there is none. */
bool sim_cancel_exit(struct sim *sim, struct sim_system *system);
/* Let an exit or restart that the guest itself has scheduled wait while the guest is paused, and go on. What is due now
   happens now. */
void sim_pause_exit(struct sim *sim, struct sim_system *system);
void sim_resume_exit(struct sim *sim, struct sim_system *system);

#endif
