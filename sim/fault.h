/* Role: the fault plan of a scenario: what goes wrong with which call. Callers: sim.c. Core lock held. */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include "engine.h"
#include "random.h"
#include "spec_states.h"

enum fault_effect {
    FAULT_NONE,
    FAULT_FAIL,        /* the call ends with a failure */
    FAULT_HANG,        /* the call does not end before its system does */
    FAULT_EXIT,        /* the system exits while the call is under way */
    FAULT_DISCONNECT,  /* the service restarts */
    FAULT_LOSE_EXIT,   /* the exit of what the call is about is never told */
    FAULT_LOSE_OUTPUT, /* nor the end of its output */
};

/* One rule, and how often it has fitted and happened. */
struct fault {
    enum request_kind call;
    enum fault_effect effect;
    HRESULT result;
    unsigned per_mille, nth, times;
    uint64_t from, to; /* virtual nanoseconds */
    char *system;      /* pattern, or NULL */
    int matrix;        /* of spec_states.h, -1: any */
    unsigned fitted, happened;
};

/* Reads a ScenarioFault that the schema has taken. false: there is no memory. */
bool fault_read(struct fault *fault, const cJSON *value);
void fault_free(struct fault *fault);

/* What happens to a call: the effect of the first rule that fits, with *result set for FAULT_FAIL. id: of the system,
   or NULL. */
enum fault_effect fault_find(struct fault *faults, unsigned count, enum request_kind call, const char *id, int matrix,
    uint64_t now, struct random *random, HRESULT *result);

/* The request that stands for a call of the API, REQUEST_KINDS if the simulator has none. */
enum request_kind fault_call(const char *function);

#endif
