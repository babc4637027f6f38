/* Role: an independent model that checks a run of virtual clients against the state matrices of spec/ and the lifetime
   laws of impl/README.md. It is told of every call before and after it is made, of every wait that ends, and, as a
   trace observer, of completions, events and deliveries. The first broken law is kept as a sentence. It looks into the
   library only to identify the object of a handle. Single thread. */
#ifndef EXPLORE_MODEL_H
#define EXPLORE_MODEL_H

#include "explore/client.h"
#include "explore/coverage.h"
#include "explore/schedule/move.h"
#include "platform/platform.h"
#include "spec_states.h"

enum { MODEL_OBJECTS = 512, MODEL_REQUESTS = 128, MODEL_QUEUE = 64, MODEL_TEXT = 256 };
enum { MODEL_ACTORS = MOVE_ACTORS + 1, MODEL_JANITOR = MOVE_ACTORS }; /* the janitor cleans up at the end of a run */

struct model_system {
    const void *object; /* the library's object, for comparison while it lives */
    int8_t id;
    enum spec_matrix matrix;
    enum spec_state state, back;
    uint64_t lifecycle; /* the pending operation that changes the state, or 0 */
    uint16_t handles, pending;
    bool orphan; /* its create has failed, or will fail */
    bool exited, may_exit, on_close;
    bool told, loses_status;                   /* its exit was reported; waits for its exit get no status */
    uint32_t exit_move, exit_due, orphan_move; /* numbers of moves; if exit_due is set, it must exit in that move */
};

struct model_process {
    const void *object;
    int16_t system;
    bool running, failed, exited, may_exit;
    bool told, awaits;      /* its exit was reported; signals to it complete when it has exited */
    bool disturbed;         /* it was signalled or modified, or hit by a fault */
    platform_stream output; /* the client's end, kept until the exit; PLATFORM_NO_STREAM: not handed over */
    uint32_t exit_move, exit_due;
};

/* A queued event. */
struct model_event {
    int type;
    uint64_t operation;
};

/* The events for one registered callback: those of a handle, or the completions of an operation. */
struct model_sink {
    bool registered, wants_operations, overflowed;
    struct model_event queue[MODEL_QUEUE];
    uint16_t first, count;
    int8_t runner; /* the actor that runs the callback, or -1 */
    uint64_t running_operation;
};

struct model_handle {
    uint64_t value; /* kept after the close, for calls with a stale handle */
    bool open, closing;
    bool cut; /* the service has restarted */
    int16_t object;
    struct model_sink sink;
};

enum model_operation_state { MODEL_FRESH, MODEL_PENDING, MODEL_DONE };

struct model_operation {
    uint64_t value;
    bool open, closing, unread;
    enum model_operation_state state;
    int type;
    HRESULT result;
    uint64_t system_value, process_value;
    uint64_t through; /* the handle whose callback gets its completion as an event, or 0 */
    uint32_t order;   /* the order in which the operations through one handle were begun */
    bool through_process;
    struct model_sink sink;
};

struct model_request {
    uint64_t operation; /* 0: free */
    enum request_kind kind;
    int16_t system, process;
    enum spec_call cell; /* CALL_COUNT: the result does not depend on the state */
    HRESULT expected;
    enum spec_state next, from;
    bool loose;               /* any failure is also accepted */
    bool fault, hangs, exits; /* effects of a fault */
    bool cut;                 /* a restart of the service has answered the request; its system goes on without it */
    bool listed;              /* counted in the system's pending requests */
};

/* What an actor waits for. */
enum model_wait_kind { MODEL_NO_WAIT, MODEL_WAIT_RESULT, MODEL_WAIT_EXIT, MODEL_WAIT_CLOSE };
struct model_wait {
    enum model_wait_kind kind;
    bool captured; /* the result is ready, or the operation was closed */
    HRESULT result;
    uint64_t value; /* of the operation or handle */
    bool is_process, needs_drain, clears, cut;
    int16_t object;              /* whose exit is waited for */
    struct model_sink *sinks[2]; /* that a close waits for; NULL: none */
    uint8_t blocked;             /* the sink that blocked it at its last try; 2: none */
    uint64_t about;              /* if not 0, of the first sink only a callback about this operation blocks it */
};

struct model {
    struct model_operation operations[MOVE_OPERATIONS + 1]; /* the last one is the janitor's */
    struct model_handle systems[MOVE_SYSTEMS + 1], processes[MOVE_PROCESSES];
    struct model_system system[MODEL_OBJECTS];
    struct model_process process[MODEL_OBJECTS];
    unsigned system_count, process_count, order;
    struct model_request requests[MODEL_REQUESTS];
    unsigned request_count; /* requests in use */
    struct model_wait waits[MODEL_ACTORS];
    struct model_request *submitting;
    bool fault_seen; /* a fault hit a call without a request */
    HRESULT fault_result;
    enum trace_fault fault_effect;
    uint32_t move, due;            /* numbers of moves; due: the last move in which an exit must happen */
    bool outputs_end;              /* a process with kept output has exited */
    bool full;                     /* there is no room for more objects, so no more creates are drawn */
    HRESULT refuses[MATRIX_COUNT]; /* S_OK, or the result of creates of that kind if the host refuses them */
    uint64_t calls, engine_calls;
    struct coverage *coverage; /* NULL: coverage is not counted */
    char broken[MODEL_TEXT];   /* the first law that was broken; "": none */
};

void model_reset(struct model *model, struct coverage *coverage);
/* To be called at the beginning of each move. */
void model_step(struct model *model);
/* True if the call can be made: a new handle needs a free slot, and a handle that another call is closing can't be
   used. */
bool model_takes(const struct model *model, const struct move *move);
/* To be called before and after each call. over: the call has returned; false: it waits. */
void model_before(struct model *model, const struct move *move);
void model_after(struct model *model, const struct move *move, const struct client *client, bool over);
/* True if an actor's wait should end now. */
bool model_ready(const struct model *model, unsigned actor);
/* True if a sink that the actor waits for has overflowed: it may then keep waiting although model_ready() is true. */
bool model_is_unsure(const struct model *model, unsigned actor);
/* To be called when the actor has tried again and still waits: records what blocks its close, to find cycles (L1). */
void model_look(struct model *model, unsigned actor);
/* To be called when the wait of an actor has ended; when it has timed out. */
void model_woken(struct model *model, unsigned actor, const struct client *client);
void model_timed_out(struct model *model, unsigned actor, const struct client *client);
/* To be called when an actor begins the callback that was delivered last; when it ends its callback. */
void model_begins(struct model *model, unsigned actor);
void model_ends(struct model *model, unsigned actor);
/* To be called when the run is idle: checks that systems that end with their last handle have ended (L5). */
void model_check_last_closes(struct model *model);
/* To be called at the end: checks that nothing is pending, queued or running. */
void model_finish(struct model *model);
/* Returns the slot of a handle with a wait for an exit that can't happen, because the object was never created or its
   exit was lost; only a close ends that wait. Returns -1 if there is none. */
int model_vain_wait(const struct model *model, bool *process);
/* To be called when a call has returned: checks the texts and streams that it handed out. */
void model_take_outputs(struct model *model, struct client *client);
/* To be called after each move: checks the output of processes that exited in it. */
void model_look_at_outputs(struct model *model);
void model_drop_outputs(struct model *model);
/* Fills in the functions with which the model observes the library. */
void model_observe(struct model *model, struct trace_observer *observer);
/* Returns the state in which a call would find the system of a handle, or STATE_ABSENT. */
enum spec_state model_state(const struct model *model, int slot, enum spec_matrix *matrix);
void model_break(struct model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* model_objects.c: systems and processes; model_faults.c: what the fault plan does to them. */
struct model_call {
    enum request_kind kind; /* REQUEST_KINDS: the call is not asynchronous */
    enum spec_call cell;
    int type;                            /* HCS_OPERATION_TYPE */
    int8_t operation, target, text, out; /* indices of the parameters; -1: none */
    bool on_process;
};
const struct model_call *model_call(unsigned function);
bool model_has_wrong_document(const struct move *move, const struct model_call *call);
/* HCS-ROW: F-16 True if the call accepts an invalid document, and its operation then fails. */
bool model_accepts_wrong_document(const struct model_call *call);
void model_submit(struct model *model, struct model_request *request, const struct move *move);
void model_accept(struct model *model, struct model_request *request);
void model_complete_request(struct model *model, struct model_request *request, HRESULT result);
void model_object_event(struct model *model, int type, const void *object);
void model_object_untold(struct model *model, int type, const void *object);
void model_meet_fault(struct model *model, struct model_request *request, enum trace_fault effect, HRESULT result);
void model_release_system(struct model *model, int index);
enum spec_state model_process_state(const struct model *model, int process);
bool model_system_exists(const struct model_system *system);
int model_system_named(const struct model *model, int id);
int model_new_system(struct model *model);
int model_new_process(struct model *model);
/* Queues an event for the callback of a handle. */
void model_queue(struct model_sink *sink, int type, uint64_t operation);

#endif
