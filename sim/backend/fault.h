/* Role: the fault plan of a scenario: what goes wrong with which call.
   Callers: scenario.c, plan.c. Threads: one at a time for each plan. */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include "engine.h"
#include "random.h"
#include "spec_failures.h"
#include "spec_states.h"

/* In the order of enum trace_fault, which does not have the first one. */
enum fault_effect {
    FAULT_NONE,
    FAULT_FAIL,             /* the call fails */
    FAULT_HANG,             /* the call completes only when its system ends */
    FAULT_EXIT,             /* the system exits while the call is pending */
    FAULT_DISCONNECT,       /* the service restarts */
    FAULT_LOSE_EXIT,        /* the exit of the call's system or process is never reported */
    FAULT_LOSE_OUTPUT,      /* nor is the end of its output */
    FAULT_DELAY_EXIT,       /* the exit is reported late */
    FAULT_LOSE_STATUS,      /* waits for the exit of the system fail */
    FAULT_CLOSE_CONNECTION, /* process calls fail, then the system exits */
    FAULT_END_PROCESS,      /* a new process ends at once */
    FAULT_AWAIT_EXIT,       /* signals complete when the process has ended */
    FAULT_AWAIT_CALLBACK,   /* a terminate completes when the exit callbacks have returned */
    FAULT_IGNORE,           /* the call succeeds without an effect */
    FAULT_EFFECTS
};

/* How the system exits with FAULT_EXIT. */
enum fault_exit {
    FAULT_EXIT_UNEXPECTED, /* also without a word of it */
    FAULT_EXIT_GRACEFUL,
    FAULT_EXIT_FORCED,
    FAULT_EXIT_RESET, /* its guest resets */
    FAULT_EXIT_TRIPLE_FAULT,
    FAULT_EXIT_GUEST_CRASH,
};

/* How many calls fitted a rule, and how many of them it hit. */
struct fault_count {
    unsigned fitted, happened;
    uint64_t handle;
    struct fault_count *next;
};

/* One rule. Times are virtual nanoseconds. */
struct fault {
    unsigned number;        /* position in the plan, from 1; 0: not part of a plan */
    enum request_kind call; /* REQUEST_KINDS: any */
    enum fault_effect effect;
    HRESULT result;
    unsigned per_mille, nth, times;
    uint64_t from, to;
    uint64_t from_start;              /* only from this time after the start on; UINT64_MAX: at any time */
    uint64_t after_start, after_exit; /* only within this time after the start or exit; UINT64_MAX: at any time */
    uint64_t delay;
    uint32_t exit_code;
    enum fault_exit exit;
    char *system;   /* pattern, or NULL */
    char *resource; /* pattern for the path of a modification, or NULL */
    char *document; /* JSON text of the result document of a failure; NULL: the usual one */
    const struct spec_failure *events, *attribution; /* those of this failure are in that document; NULL: none */
    char *property;                                  /* only queries for this property; NULL: any */
    int matrix;                                      /* enum spec_matrix; -1: any */
    int state;                                       /* enum spec_state; -1: any */
    bool before_check; /* applies before the state check, so also to calls that the state refuses; rules with a state do
                          so too */
    bool per_handle;   /* nth and times count the calls through each handle apart */
    struct fault_count count;    /* of all calls, or of those without a handle */
    struct fault_count *handles; /* per_handle: of each handle that a call that fitted was made through */
};

/* What the rules look at in a call. */
struct fault_subject {
    enum request_kind call;
    const char *id;                        /* of the system, or NULL */
    int matrix, state;                     /* both -1 without a system */
    uint64_t now, since_start, since_exit; /* UINT64_MAX in the last two: has never happened */
    uint64_t handle;                       /* that it is made through; 0: none */
    bool refused;                          /* by its state: only rules that apply before that check can hit it */
    const char *resource;                  /* the path of a modification, or NULL */
    const cJSON *properties;               /* the names in a query with one answer for all, or NULL */
    const char *property;                  /* the one that is answered, in a query with an answer for each, or NULL */
};

/* Reads a ScenarioFault that has been checked. Returns false when out of memory. */
bool fault_read(struct fault *fault, const cJSON *value);
void fault_free(struct fault *fault);
/* Returns a rule by which that call always fails in that state of a system of that kind. */
struct fault fault_of_state(enum request_kind call, int matrix, int state, HRESULT result);

/* Returns the fault that hits this call, the first if several do, or NULL. All rules that fit count the call. */
const struct fault *fault_find(
    struct fault *faults, unsigned count, const struct fault_subject *subject, struct random *random);
/* Drops what the rule has counted for a handle that was closed. */
void fault_forget(struct fault *fault, uint64_t handle);
/* Returns whether calls of that kind can have the effect. */
bool fault_is_possible(enum fault_effect effect, enum request_kind call);

/* The request of each call that scenarios can name. */
enum {
    REQUEST_OF_HcsCreateComputeSystem = REQUEST_CREATE_SYSTEM,
    REQUEST_OF_HcsOpenComputeSystem = REQUEST_OPEN_SYSTEM,
    REQUEST_OF_HcsStartComputeSystem = REQUEST_START,
    REQUEST_OF_HcsShutDownComputeSystem = REQUEST_SHUT_DOWN,
    REQUEST_OF_HcsTerminateComputeSystem = REQUEST_TERMINATE,
    REQUEST_OF_HcsCrashComputeSystem = REQUEST_CRASH,
    REQUEST_OF_HcsPauseComputeSystem = REQUEST_PAUSE,
    REQUEST_OF_HcsResumeComputeSystem = REQUEST_RESUME,
    REQUEST_OF_HcsSaveComputeSystem = REQUEST_SAVE,
    REQUEST_OF_HcsModifyComputeSystem = REQUEST_MODIFY,
    REQUEST_OF_HcsGetComputeSystemProperties = REQUEST_PROPERTIES,
    REQUEST_OF_HcsEnumerateComputeSystems = REQUEST_ENUMERATE,
    REQUEST_OF_HcsCreateProcess = REQUEST_CREATE_PROCESS,
    REQUEST_OF_HcsOpenProcess = REQUEST_OPEN_PROCESS,
    REQUEST_OF_HcsSignalProcess = REQUEST_SIGNAL_PROCESS,
    REQUEST_OF_HcsTerminateProcess = REQUEST_TERMINATE_PROCESS,
    REQUEST_OF_HcsModifyProcess = REQUEST_MODIFY_PROCESS,
    REQUEST_OF_HcsGetProcessInfo = REQUEST_PROCESS_INFO,
    REQUEST_OF_HcsGetProcessProperties = REQUEST_PROCESS_PROPERTIES,
    REQUEST_OF_HcsGetServiceProperties = REQUEST_GET_SERVICE_PROPERTIES,
    REQUEST_OF_HcsModifyServiceSettings = REQUEST_MODIFY_SERVICE,
    REQUEST_OF_HcsCreateEmptyGuestStateFile = REQUEST_CREATE_GUEST_STATE,
    REQUEST_OF_HcsCreateEmptyRuntimeStateFile = REQUEST_CREATE_RUNTIME_STATE,
    REQUEST_OF_HcsGrantVmAccess = REQUEST_GRANT_VM,
    REQUEST_OF_HcsRevokeVmAccess = REQUEST_REVOKE_VM,
    REQUEST_OF_HcsGrantVmGroupAccess = REQUEST_GRANT_GROUP,
    REQUEST_OF_HcsRevokeVmGroupAccess = REQUEST_REVOKE_GROUP,
    REQUEST_OF_HcsGetProcessorCompatibilityFromSavedState = REQUEST_PROCESSOR_COMPATIBILITY,
};

/* Returns the name of an effect in scenarios. */
const char *fault_effect_name(enum fault_effect effect);
/* Returns the request of a function of the API, or REQUEST_KINDS if it has none in the simulator. */
enum request_kind fault_call(const char *function);

#endif
