/* Role: the simulator: compute systems in virtual time, behind engine.h.
   No real clock, no thread, no address and no floating point decides anything here: the same scenario, seed and
   calls give the same results. Threads: core lock held throughout. */
#ifndef SIM_H
#define SIM_H

#include "engine.h"
#include "queue.h"
#include "random.h"
#include "scenario.h"
#include "spec_states.h"

extern const struct engine_operations sim_engine;

enum { SIM_BUCKETS = 1024 };

struct sim_system;

struct sim {
    struct engine base; /* first: the core knows the simulator by it */
    uint64_t now;       /* virtual nanoseconds since the engine was opened */
    struct queue queue;
    struct random random;
    struct scenario scenario;
    bool faults_are_over;
    unsigned exposed[REQUEST_KINDS]; /* calls that a plan could meet, by kind */
    bool is_forced;                  /* forced happens to the next call that a fault plan could meet */
    struct fault forced;
    struct sim_ended *ended;               /* when systems exited, by id; kept only where the plan asks for it */
    cJSON *cpu_groups, *credential_guards; /* as queries of the service show them; NULL: none */
    unsigned last_group;
    struct sim_system *buckets[SIM_BUCKETS]; /* by id, case-blind */
    struct sim_system *first, *last;         /* in the order of creation */
};

/* What stands in the queue. */
enum sim_event {
    SIM_COMPLETE, /* object: the request whose time has come */
    SIM_STEP,     /* object: the sim_process that goes on */
    SIM_EXIT,     /* object: the sim_system that ends */
    SIM_TELL,     /* object: the sim_system whose exit is told now */
};

/* What goes wrong with a call, by the scenario; NULL: nothing. id: of its system, NULL where there is none. system:
   NULL where it is not there. refused: the matrix has answered already. */
const struct fault *sim_fault(
    struct sim *sim, enum request_kind call, const char *id, const struct sim_system *system, bool refused);
/* From here on nothing goes wrong that has not yet: what explorers call when they look whether all comes to an end. */
void sim_end_faults(struct sim *sim);
/* The plan of the scenario is left out: nothing goes wrong but what is forced. */
void sim_leave_plan(struct sim *sim);
/* What happens to the next call that it can happen to, whatever the plan says; NULL: as the plan says. */
void sim_force_fault(struct sim *sim, const struct fault *fault);
/* For calls that can only fail: true, and the request has been answered. */
bool sim_refuses(struct sim *sim, struct request *request, const char *id, const struct sim_system *system);
/* The request completes later, after the latency of its kind. false: there is no memory for that, and the
   request is left alone. */
bool sim_schedule(struct sim *sim, struct request *request);
/* Does the simulated Windows know a field of a type? Newer ones are left out of its documents. */
bool sim_knows(const struct sim *sim, enum spec_type type, int field);
struct writer;
/* The schema versions of the host, as documents list them. */
void sim_write_versions(const struct sim *sim, struct writer *writer, const char *name);
/* The error of one query among several. */
void sim_write_error(struct writer *writer, HRESULT code, const char *message);
/* A point in virtual time as RFC 3339 text; the clock starts at a fixed day. */
enum { SIM_TIME_BYTES = 40 };
void sim_format_time(uint64_t time, char text[SIM_TIME_BYTES]);

#endif
