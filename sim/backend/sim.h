/* Role: the simulator: the first backend of the host model, in virtual time. It owns time, latencies, faults, guests
   and their files; what the host knows of its systems stands in impl/host. No real clock, no thread, no address and no
   floating point decides anything here: the same scenario, seed and calls give the same results. Threads: core lock
   held throughout. */
#ifndef SIM_H
#define SIM_H

#include "host/backend.h"
#include "queue.h"
#include "random.h"
#include "scenario.h"

extern const struct engine_operations sim_engine;

struct sim {
    struct host host; /* first: core and host model know the simulator by it */
    uint64_t now;     /* virtual nanoseconds since the engine was opened */
    struct queue queue;
    struct random random;
    struct scenario scenario;
    bool faults_are_over;
    unsigned exposed[REQUEST_KINDS]; /* calls that a plan could meet, by kind */
    bool is_forced;                  /* forced happens to the next call that a fault plan could meet */
    struct fault forced;
    struct sim_ended *ended; /* when systems exited, by id; kept only where the plan asks for it */
};

struct sim_system {
    struct host_system host; /* first */
    uint64_t exit_ticket;    /* of the end, or of telling it */
    const char *exit_type;   /* of the end that comes */
    HRESULT exit_status;
    uint64_t ended_user, ended_kernel;           /* of processes that have ended, in units of 100 ns */
    uint64_t exit_delay;                         /* from the exit to its event */
    bool lose_exit, lose_status, await_callback; /* effects of the fault plan */
    unsigned exit_kept_by;                       /* the rule that made lose_exit true */
    struct sim_file *files;                      /* that its guest has written */
};

/* What stands in the queue. */
enum sim_event {
    SIM_COMPLETE, /* object: the host_task whose time has come */
    SIM_STEP,     /* object: the sim_process that goes on */
    SIM_EXIT,     /* object: the sim_system that ends */
    SIM_TELL,     /* object: the sim_system whose exit is told now */
};

/* What goes wrong with a call, by the scenario; NULL: nothing. id: of its system, NULL where there is none. system:
   NULL where it is not there. refused: the matrix has answered already. */
const struct fault *sim_fault(
    struct sim *sim, enum request_kind call, const char *id, const struct host_system *system, bool refused);
/* From here on nothing goes wrong that has not yet: what explorers call when they look whether all comes to an end. */
void sim_end_faults(struct sim *sim);
/* The plan of the scenario is left out: nothing goes wrong but what is forced. */
void sim_leave_plan(struct sim *sim);
/* What happens to the next call that it can happen to, whatever the plan says; NULL: as the plan says. */
void sim_force_fault(struct sim *sim, const struct fault *fault);
/* Puts the systems of the scenario there. E_INVALIDARG after one line on standard error, E_OUTOFMEMORY. */
HRESULT sim_place_all(struct sim *sim);
/* What the fault plan has for calls: the functions admit and meet of the backend. */
HRESULT sim_admit(struct host *host, enum request_kind kind, const char *id, struct host_system *system);
enum backend_way sim_meet(struct host *host, struct host_task *task);
/* The system ends after a while. */
void sim_exit_later(struct sim *sim, struct sim_system *system, uint64_t delay, const char *type, HRESULT status);

#endif
