/* Role: what must hold, whatever the library does: the state matrices and the lifetime laws of spec/ and
   impl/README.md, kept beside a run of virtual clients. It is told every call before and after it is made, every wait
   that ends, and, as an observer, what completes, happens and is delivered; the first thing that breaks a law is kept
   as a sentence. It looks into the library only to tell which object a handle stands for. Single thread. */
#ifndef EXPLORE_MODEL_H
#define EXPLORE_MODEL_H

#include "client.h"
#include "coverage.h"
#include "move.h"
#include "platform/platform.h"
#include "spec_states.h"

enum { MODEL_OBJECTS = 512, MODEL_REQUESTS = 128, MODEL_QUEUE = 64, MODEL_TEXT = 256 };
enum { MODEL_ACTORS = MOVE_ACTORS + 1, MODEL_JANITOR = MOVE_ACTORS }; /* the janitor ends a run */

struct model_system {
    const void *object; /* what the library has; told from others as long as it lives */
    int8_t id;
    enum spec_matrix matrix;
    enum spec_state state, back;
    uint64_t lifecycle; /* the operation under way that decides the state, or 0 */
    uint16_t handles, pending;
    bool orphan; /* its create failed, or will */
    bool exited, may_exit, on_close;
    bool told, loses_status;                   /* its exit was; those who wait for that get no status */
    uint32_t exit_move, exit_due, orphan_move; /* moves; exit_due: it has to exit in that one */
};

struct model_process {
    const void *object;
    int16_t system;
    bool running, failed, exited, may_exit;
    bool told, awaits;      /* its exit was; signals to it are complete when it has exited */
    bool disturbed;         /* somebody signals or modifies it, or the fault plan has something for it */
    platform_stream output; /* the client's end, kept until it has exited; PLATFORM_NO_STREAM: nobody got it */
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
    int8_t runner; /* the actor that plays the callback, or -1 */
    uint64_t running_operation;
};

struct model_handle {
    uint64_t value; /* kept when it is closed: a stale one */
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
    uint32_t order;   /* of begin, among those through one handle */
    bool through_process;
    struct model_sink sink;
};

struct model_request {
    uint64_t operation; /* 0: free */
    enum request_kind kind;
    int16_t system, process;
    enum spec_call cell; /* CALL_COUNT: the states have no say */
    HRESULT expected;
    enum spec_state next, from;
    bool loose;               /* any failure will do in place of the expected */
    bool fault, hangs, exits; /* by the fault plan */
    bool cut;                 /* the service was restarted: it is answered, whatever its system does */
    bool listed;              /* counts among the pending ones of its system */
};

/* What an actor waits for. */
enum model_wait_kind { MODEL_NO_WAIT, MODEL_WAIT_RESULT, MODEL_WAIT_EXIT, MODEL_WAIT_CLOSE };
struct model_wait {
    enum model_wait_kind kind;
    bool captured; /* of a result: it has come, or the operation was closed */
    HRESULT result;
    uint64_t value; /* of the operation or handle */
    bool is_process, needs_drain, clears, cut;
    int16_t object;              /* whose exit */
    struct model_sink *sinks[2]; /* of a close; NULL: none */
    uint8_t blocked;             /* which of them it waits for */
    uint64_t about;              /* of the first: only a callback about this operation counts */
};

struct model {
    struct model_operation operations[MOVE_OPERATIONS + 1]; /* the last is the janitor's */
    struct model_handle systems[MOVE_SYSTEMS + 1], processes[MOVE_PROCESSES];
    struct model_system system[MODEL_OBJECTS];
    struct model_process process[MODEL_OBJECTS];
    unsigned system_count, process_count, order;
    struct model_request requests[MODEL_REQUESTS];
    unsigned request_count; /* active */
    struct model_wait waits[MODEL_ACTORS];
    struct model_request *submitting;
    bool fault_seen; /* by a call that has no request */
    HRESULT fault_result;
    enum trace_fault fault_effect;
    uint32_t move, due;            /* due: the last one in which something has to exit */
    bool outputs_end;              /* a process has exited whose output is kept */
    bool full;                     /* no room for more objects: creates are not drawn any more */
    HRESULT refuses[MATRIX_COUNT]; /* what the host answers a create of that kind; S_OK: it makes one */
    uint64_t calls, engine_calls;
    struct coverage *coverage; /* NULL: not counted */
    char broken[MODEL_TEXT];   /* the first law that was broken; "": none */
};

void model_reset(struct model *model, struct coverage *coverage);
/* A move begins. */
void model_step(struct model *model);
/* May the call be made at all? A slot that is in use takes no new handle; a handle that another call is closing is left
   alone. */
bool model_takes(const struct model *model, const struct move *move);
/* Around a call. over: it did not wait. */
void model_before(struct model *model, const struct move *move);
void model_after(struct model *model, const struct move *move, const struct client *client, bool over);
/* Is what an actor waits for there? */
bool model_ready(const struct model *model, unsigned actor);
/* Waits it for callbacks of which there were more than the model keeps? Then it may wait on although it seems ready. */
bool model_is_unsure(const struct model *model, unsigned actor);
/* It has looked, and waits on: what a close found in its way is what others see it wait for (L1). */
void model_look(struct model *model, unsigned actor);
/* The wait of an actor is over, or its time is. */
void model_woken(struct model *model, unsigned actor, const struct client *client);
void model_timed_out(struct model *model, unsigned actor, const struct client *client);
/* An actor plays the callback that was just delivered; it ends. */
void model_begins(struct model *model, unsigned actor);
void model_ends(struct model *model, unsigned actor);
/* Nothing happens any more by itself: what was to end with its last handle has (L5). */
void model_check_last_closes(struct model *model);
/* At the end: nothing is pending, queued or running any more. */
void model_finish(struct model *model);
/* The slot of a handle for whose exit somebody waits although it never came to be, or its exit was lost: that ends with
   a close. -1: none. */
int model_vain_wait(const struct model *model, bool *process);
/* A call is over, or has woken: what it handed out to read. */
void model_take_outputs(struct model *model, struct client *client);
/* After a move: what processes wrote that have exited in it. */
void model_look_at_outputs(struct model *model);
void model_drop_outputs(struct model *model);
/* As observer. */
void model_observe(struct model *model, struct trace_observer *observer);
/* The state that a call on a system handle would meet; STATE_ABSENT: none. */
enum spec_state model_state(const struct model *model, int slot, enum spec_matrix *matrix);
void model_break(struct model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* model_objects.c: systems and processes; model_faults.c: what the fault plan does to them. */
struct model_call {
    enum request_kind kind; /* REQUEST_KINDS: no asynchronous call */
    enum spec_call cell;
    int type;                            /* HCS_OPERATION_TYPE */
    int8_t operation, target, text, out; /* the parameters' places; -1: none */
    bool on_process;
};
const struct model_call *model_call(unsigned function);
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
/* Queues an event for what is registered on a handle. */
void model_queue(struct model_sink *sink, int type, uint64_t operation);

#endif
