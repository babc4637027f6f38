/* The model: set-up, final checks, and the events it observes while the library runs. Entry points: model_reset(),
   model_observe(), model_finish(). */
#include "core/object.h"
#include "model_parts.h"
#include "spec_hresults.h"
#include <stdarg.h>
#include <string.h>

void model_break(struct model *model, const char *format, ...)
{
    va_list arguments;
    if (model->broken[0])
        return;
    va_start(arguments, format);
    vsnprintf(model->broken, sizeof model->broken, format, arguments);
    va_end(arguments);
}

void model_reset(struct model *model, struct coverage *coverage)
{
    uint64_t calls = model->calls, engine_calls = model->engine_calls;
    model_drop_outputs(model);
    memset(model, 0, sizeof *model);
    model->coverage = coverage;
    model->calls = calls;
    model->engine_calls = engine_calls;
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        model->operations[i].sink.runner = -1;
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        model->systems[i].sink.runner = -1;
    for (int i = 0; i < MOVE_PROCESSES; i++)
        model->processes[i].sink.runner = -1;
}

static void check_due_exits(struct model *model)
{
    if (model->due != model->move)
        return;
    for (unsigned i = 0; i < model->system_count; i++)
        if (model->system[i].exit_due == model->move && model->move && !model->system[i].exited &&
            !model->system[i].orphan)
            model_break(model, "a pending call failed as if its system had ended, but the system has not exited");
    for (unsigned i = 0; i < model->process_count; i++)
        if (model->process[i].exit_due == model->move && model->move && !model->process[i].exited)
            model_break(model, "a signal that awaits the exit of its process completed before the exit");
}

void model_step(struct model *model)
{
    check_due_exits(model);
    model->move++;
}

/* --- sinks --- */

void model_queue(struct model_sink *sink, int type, uint64_t operation)
{
    if (!sink->registered)
        return;
    if (sink->count == MODEL_QUEUE) {
        sink->overflowed = true; /* from here on its events are not checked */
        return;
    }
    sink->queue[(sink->first + sink->count++) % MODEL_QUEUE] = (struct model_event){type, operation};
}

struct model_event model_take_event(struct model_sink *sink)
{
    struct model_event event = sink->queue[sink->first];
    sink->first = (uint16_t)((sink->first + 1) % MODEL_QUEUE);
    sink->count--;
    return event;
}

/* Drops the undelivered events of an operation that was closed (L2). */
void model_forget_events(struct model_sink *sink, uint64_t operation)
{
    for (unsigned left = sink->count; left; left--) {
        struct model_event event = model_take_event(sink);
        if (event.operation != operation)
            sink->queue[(sink->first + sink->count++) % MODEL_QUEUE] = event;
    }
}

void model_drop_sink(struct model_sink *sink)
{
    sink->registered = false;
    sink->count = 0;
}

/* --- look-ups --- */

struct model_operation *model_operation_of(struct model *model, uint64_t value)
{
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].value == value)
            return &model->operations[i];
    return NULL;
}

struct model_handle *model_handle_of(struct model *model, uint64_t value)
{
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].value == value)
            return &model->systems[i];
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].value == value)
            return &model->processes[i];
    return NULL;
}

struct model_handle *model_target_of(struct model *model, bool process, int slot)
{
    return slot == MOVE_NULL ? NULL : process ? &model->processes[slot] : &model->systems[slot];
}

HRESULT model_handle_error(bool is_null)
{
    return is_null ? E_INVALIDARG : E_HANDLE;
}

bool model_has_exited(const struct model *model, int object, bool process)
{
    return process ? model->process[object].told : model->system[object].told;
}

/* HCS-ROW: R-20 */
HRESULT model_exit_status(const struct model *model, int object, bool process)
{
    return !process && model->system[object].loses_status ? HCS_E_SYSTEM_ALREADY_STOPPED : S_OK;
}

enum spec_state model_state(const struct model *model, int slot, enum spec_matrix *matrix)
{
    const struct model_handle *handle = slot < 0 ? NULL : &model->systems[slot];
    *matrix = MATRIX_Container;
    if (!handle || !handle->open || model->system[handle->object].orphan)
        return STATE_ABSENT;
    *matrix = model->system[handle->object].matrix;
    return model->system[handle->object].state;
}

/* --- observed events --- */

struct model_request *model_request_of(struct model *model, uint64_t operation)
{
    for (int i = 0; i < MODEL_REQUESTS; i++)
        if (model->requests[i].operation == operation)
            return &model->requests[i];
    return NULL;
}
static void on_complete(void *context, uint64_t value, HRESULT result)
{
    struct model *model = context;
    struct model_request *request = model_request_of(model, value);
    struct model_operation *operation = model_operation_of(model, value);
    if (!request || !value) {
        model_break(model, "an operation completed that was not pending");
        return;
    }
    model_complete_request(model, request, result);
    request->operation = 0;
    model->request_count--;
    if (model->submitting == request)
        model->submitting = NULL;
    if (!operation || !operation->open)
        return;
    operation->state = MODEL_DONE;
    operation->result = result;
    operation->unread = true;
    for (int i = 0; i < MODEL_ACTORS; i++) {
        struct model_wait *wait = &model->waits[i];
        if (wait->kind == MODEL_WAIT_RESULT && wait->value == value && !wait->captured) {
            wait->captured = true; /* L4, O-22 */
            wait->result = result;
            operation->unread = false;
        }
    }
    model_queue(&operation->sink, HcsEventOperationCallback, value);
    struct model_handle *through = operation->through ? model_handle_of(model, operation->through) : NULL;
    if (through && through->open && through->sink.wants_operations)
        model_queue(&through->sink, HcsEventOperationCallback, value);
}

static void on_event(void *context, int type, const void *object)
{
    model_object_event(context, type, object);
}

/* The delivered event must be the first one queued, and its receiver must still accept events. */
static void on_deliver(void *context, uint64_t to, int type, uint64_t about)
{
    struct model *model = context;
    struct model_handle *handle = model_handle_of(model, to);
    struct model_operation *operation = handle ? NULL : model_operation_of(model, to);
    struct model_sink *sink = handle ? &handle->sink : operation ? &operation->sink : NULL;
    if (!sink || !(handle ? handle->open || handle->closing : operation->open || operation->closing)) {
        model_break(model, "a callback of a handle that is closed (L1, L2)");
        return;
    }
    if (sink->runner >= 0)
        model_break(model, "two callbacks of one handle at a time");
    const struct model_operation *told = about ? model_operation_of(model, about) : NULL;
    if (about && (!told || !told->open))
        model_break(model, "a callback about an operation that is closed (L2)");
    if (sink->overflowed)
        return;
    if (!sink->count) {
        model_break(model, "a callback of type 0x%X without an event", (unsigned)type);
        return;
    }
    struct model_event event = model_take_event(sink);
    if (event.type != type || event.operation != about)
        model_break(model, "a callback of type 0x%X came, but 0x%X was next", (unsigned)type, (unsigned)event.type);
    sink->running_operation = about;
    sink->runner = MODEL_ACTORS; /* model_begins() sets the actor */
}

static void on_fault(void *context, enum trace_fault effect, HRESULT result)
{
    struct model *model = context;
    struct model_request *request = model->submitting;
    model->fault_seen = true;
    model->fault_result = result;
    model->fault_effect = effect;
    if (request)
        model_meet_fault(model, request, effect, result);
}

static void on_untold(void *context, int type, const void *object)
{
    model_object_untold(context, type, object);
}

void model_observe(struct model *model, struct trace_observer *observer)
{
    *observer = (struct trace_observer){on_complete, on_event, on_deliver, on_fault, on_untold, model};
}

void model_begins(struct model *model, unsigned actor)
{
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].sink.runner == MODEL_ACTORS)
            model->operations[i].sink.runner = (int8_t)actor;
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].sink.runner == MODEL_ACTORS)
            model->systems[i].sink.runner = (int8_t)actor;
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].sink.runner == MODEL_ACTORS)
            model->processes[i].sink.runner = (int8_t)actor;
}

static void end_in(struct model_sink *sink, unsigned actor)
{
    if (sink->runner != (int8_t)actor)
        return;
    sink->runner = -1;
    sink->running_operation = 0;
}

void model_ends(struct model *model, unsigned actor)
{
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        end_in(&model->operations[i].sink, actor);
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        end_in(&model->systems[i].sink, actor);
    for (int i = 0; i < MOVE_PROCESSES; i++)
        end_in(&model->processes[i].sink, actor);
}

/* --- the end --- */

/* True if the handle's object was never created, or its exit was lost. */
static bool is_vain(const struct model *model, const struct model_handle *handle, bool process)
{
    const struct model_system *system = &model->system[handle->object];
    const struct model_process *object = &model->process[handle->object];
    return handle->open && (process ? !object->running || (object->exited && !object->told)
                                    : system->orphan || (system->exited && !system->told));
}

/* Prefers handles whose close does not wait for a callback. */
int model_vain_wait(const struct model *model, bool *process)
{
    for (int pass = 0; pass < 2; pass++)
        for (int actor = 0; actor < MODEL_ACTORS; actor++) {
            const struct model_wait *wait = &model->waits[actor];
            *process = wait->is_process;
            for (int i = 0; wait->kind == MODEL_WAIT_EXIT && i < (*process ? MOVE_PROCESSES : MOVE_SYSTEMS + 1); i++) {
                const struct model_handle *handle = *process ? &model->processes[i] : &model->systems[i];
                if (handle->value == wait->value && is_vain(model, handle, *process) &&
                    (pass || handle->sink.runner < 0))
                    return i;
            }
        }
    return -1;
}

void model_finish(struct model *model)
{
    for (int i = 0; i < MODEL_REQUESTS; i++)
        if (model->requests[i].operation)
            model_break(model, "an operation never completes (request %d)", (int)model->requests[i].kind);
    for (int i = 0; i < MODEL_ACTORS; i++)
        if (model->waits[i].kind != MODEL_NO_WAIT)
            model_break(model, "a call never returns");
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].open && model->operations[i].sink.count && !model->operations[i].sink.overflowed)
            model_break(model, "a completion callback was never called");
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].open && model->systems[i].sink.count && !model->systems[i].sink.overflowed)
            model_break(model, "an event of a system was never delivered");
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].open && model->processes[i].sink.count && !model->processes[i].sink.overflowed)
            model_break(model, "an event of a process was never delivered");
}
