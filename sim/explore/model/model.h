/* Role: an independent model that checks a run of virtual clients against the state matrices of spec/ and the lifetime
   laws of impl/README.md. It is informed of every call before and after it is made, of every wait that ends, and, as an
   observer, of completions, events and deliveries; the first broken law is kept as a sentence. It looks into the
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
    bool told, loses_status;                   /* its exit was reported; waits for it get no status */
    uint32_t exit_move, exit_due, orphan_move; /* numbers of moves; it must exit in move exit_due */
};

struct model_process {
    const void *object;
    int16_t system;
    bool running, failed, exited, may_exit;
    bool told, awaits; /* its exit was reported; signals to it complete when it has exited */
    bool disturbed;    /* it was signalled or modified, or hit by a fault */
    platform_stream
        output; /* the client's end, kept until the process has exited; PLATFORM_NO_STREAM: not handed over */
    uint32_t exit_move, exit_due;
};

/* A queued event. */
struct model_event {
    int type;
    uint64_t operation;
};

/* Callbacks of one registration: those of a handle, or the completions of an operation. */
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
    bool cut; /* the service was restarted */
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
    uint64_t through; /* the value of the handle whose events cover it, or 0 */
    uint32_t order;   /* in which the operations through one handle were begun */
    bool through_process;
    struct model_sink sink;
};

struct model_request {
    uint64_t operation; /* 0: free */
    enum request_kind kind;
    int16_t system, process;
    enum spec_call cell; /* CALL_COUNT: does not depend on the state */
    HRESULT expected;
    enum spec_state next, from;
    bool loose;               /* any failure is acceptable instead of the expected result */
    bool fault, hangs, exits; /* set by the fault plan */
    bool cut;                 /* the service was restarted: the request was answered independently of its system */
    bool listed;              /* counted as pending in its system */
};

/* What an actor waits for. */
enum model_wait_kind { MODEL_NO_WAIT, MODEL_WAIT_RESULT, MODEL_WAIT_EXIT, MODEL_WAIT_CLOSE };
struct model_wait {
    enum model_wait_kind kind;
    bool captured; /* the result is ready, or the operation was closed */
    HRESULT result;
    uint64_t value; /* of the operation or handle */
    bool is_process, needs_drain, clears, cut;
    int16_t object;              /* whose exit */
    struct model_sink *sinks[2]; /* that a close waits for; NULL: none */
    uint8_t blocked;             /* which of them it waits for */
    uint64_t about;              /* for the first sink: only a callback about this operation counts */
};

struct model {
    struct model_operation operations[MOVE_OPERATIONS + 1]; /* the last one is the janitor's */
    struct model_handle systems[MOVE_SYSTEMS + 1], processes[MOVE_PROCESSES];
    struct model_system system[MODEL_OBJECTS];
    struct model_process process[MODEL_OBJECTS];
    unsigned system_count, process_count, order;
    struct model_request requests[MODEL_REQUESTS];
    unsigned request_count; /* active */
    struct model_wait waits[MODEL_ACTORS];
    struct model_request *submitting;
    bool fault_seen; /* a fault hit a call without a request */
    HRESULT fault_result;
    enum trace_fault fault_effect;
    uint32_t move, due;            /* due: the last move in which an exit must happen */
    bool outputs_end;              /* a process with kept output has exited */
    bool full;                     /* no room for more objects: no more creates are drawn */
    HRESULT refuses[MATRIX_COUNT]; /* the result of creates of that kind if the host refuses them; else S_OK */
    uint64_t calls, engine_calls;
    struct coverage *coverage; /* NULL: not counted */
    char broken[MODEL_TEXT];   /* the first law that was broken; "": none */
};

void model_reset(struct model *model, struct coverage *coverage);
/* A move begins. */
void model_step(struct model *model);
/* True if the call may be made: a slot in use takes no new handle, and a handle that another call is closing is not
   used. */
bool model_takes(const struct model *model, const struct move *move);
/* Called before and after each call. over: it did not wait. */
void model_before(struct model *model, const struct move *move);
void model_after(struct model *model, const struct move *move, const struct client *client, bool over);
/* True if an actor's wait should end now. */
bool model_ready(const struct model *model, unsigned actor);
/* True if its sink overflowed: the actor may then keep waiting although it seems ready. */
bool model_is_unsure(const struct model *model, unsigned actor);
/* The actor tried again and still waits: records what blocks its close, for the check of cycles (L1). */
void model_look(struct model *model, unsigned actor);
/* The wait of an actor has ended, or timed out. */
void model_woken(struct model *model, unsigned actor, const struct client *client);
void model_timed_out(struct model *model, unsigned actor, const struct client *client);
/* An actor begins the callback just delivered; ends it. */
void model_begins(struct model *model, unsigned actor);
void model_ends(struct model *model, unsigned actor);
/* Called when the run is idle: systems that end with their last handle must have ended (L5). */
void model_check_last_closes(struct model *model);
/* Called at the end: checks that nothing is pending, queued or running. */
void model_finish(struct model *model);
/* The slot of a handle with a wait for an exit that cannot come, since its object was never created or its exit was
   lost; only a close ends that wait. -1: none. */
int model_vain_wait(const struct model *model, bool *process);
/* A call has returned: checks the texts and streams that it handed out. */
void model_take_outputs(struct model *model, struct client *client);
/* After a move: checks the output of processes that exited in it. */
void model_look_at_outputs(struct model *model);
void model_drop_outputs(struct model *model);
/* As observer. */
void model_observe(struct model *model, struct trace_observer *observer);
/* The state of the system behind a handle, as a call would find it; STATE_ABSENT: none. */
enum spec_state model_state(const struct model *model, int slot, enum spec_matrix *matrix);
void model_break(struct model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* model_objects.c: systems and processes; model_faults.c: what the fault plan does to them. */
struct model_call {
    enum request_kind kind; /* REQUEST_KINDS: no asynchronous call */
    enum spec_call cell;
    int type;                            /* HCS_OPERATION_TYPE */
    int8_t operation, target, text, out; /* indices of the parameters; -1: none */
    bool on_process;
};
const struct model_call *model_call(unsigned function);
bool model_has_wrong_document(const struct move *move, const struct model_call *call);
/* HCS-ROW: F-16 its mistakes are the result of the operation. */
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
