/* Operations, handles, callbacks and waits in the model. Entry points: model_before(), model_after(). */
#include "model.h"
#include "core/object.h"
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
    for (unsigned i = 0; i < model->system_count; i++)
        if (model->system[i].exit_due == model->move && model->move && !model->system[i].exited &&
            !model->system[i].orphan)
            model_break(model, "what was under way failed as if its system had ended, but it has not exited");
}

void model_step(struct model *model)
{
    check_due_exits(model);
    model->move++;
}

/* --- sinks --- */

void model_queue(struct model *model, struct model_sink *sink, int type, uint64_t operation)
{
    if (!sink->registered)
        return;
    if (sink->count == MODEL_QUEUE) {
        sink->overflowed = true; /* what is in it from here on is not checked */
        return;
    }
    sink->queue[(sink->first + sink->count++) % MODEL_QUEUE] = (struct model_event){type, operation};
    (void)model;
}

static struct model_event take_event(struct model_sink *sink)
{
    struct model_event event = sink->queue[sink->first];
    sink->first = (uint16_t)((sink->first + 1) % MODEL_QUEUE);
    sink->count--;
    return event;
}

/* An operation was closed: nothing about it is delivered any more (L2). */
static void forget_events(struct model_sink *sink, uint64_t operation)
{
    for (unsigned left = sink->count; left; left--) {
        struct model_event event = take_event(sink);
        if (event.operation != operation)
            sink->queue[(sink->first + sink->count++) % MODEL_QUEUE] = event;
    }
}

static void drop_sink(struct model_sink *sink)
{
    sink->registered = false;
    sink->count = 0;
}

/* --- who is who --- */

static struct model_operation *operation_of(struct model *model, uint64_t value)
{
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].value == value)
            return &model->operations[i];
    return NULL;
}

static struct model_handle *handle_of(struct model *model, uint64_t value)
{
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].value == value)
            return &model->systems[i];
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].value == value)
            return &model->processes[i];
    return NULL;
}

static struct model_handle *target_of(struct model *model, bool process, int slot)
{
    return slot == MOVE_NULL ? NULL : process ? &model->processes[slot] : &model->systems[slot];
}

static HRESULT handle_error(bool is_null)
{
    return is_null ? E_INVALIDARG : E_HANDLE;
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

/* --- requests --- */

static struct model_request *request_of(struct model *model, uint64_t operation)
{
    for (int i = 0; i < MODEL_REQUESTS; i++)
        if (model->requests[i].operation == operation)
            return &model->requests[i];
    return NULL;
}

static void begin_request(struct model *model, const struct move *move, const struct model_call *call)
{
    struct model_operation *operation = &model->operations[move->choice[call->operation]];
    struct model_request *request = request_of(model, 0);
    if (!request)
        return;
    *request = (struct model_request){.operation = operation->value};
    model->request_count++;
    model->submitting = request;
    model->engine_calls++;
    operation->state = MODEL_PENDING;
    operation->type = call->type;
    operation->unread = false;
    operation->system_value = operation->process_value = operation->through = 0;
    operation->order = ++model->order;
    const struct model_handle *target =
        call->target < 0 ? NULL : target_of(model, call->on_process, move->choice[call->target]);
    if (target) {
        operation->through = target->value;
        operation->through_process = call->on_process;
        if (call->on_process)
            operation->process_value = target->value;
        else
            operation->system_value = target->value;
    }
    model_submit(model, request, move);
}

static void on_complete(void *context, uint64_t value, HRESULT result)
{
    struct model *model = context;
    struct model_request *request = request_of(model, value);
    struct model_operation *operation = operation_of(model, value);
    if (!request || !value) {
        model_break(model, "an operation completes that is not pending");
        return;
    }
    (void)model_complete_request(model, request, result);
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
    model_queue(model, &operation->sink, HcsEventOperationCallback, value);
    struct model_handle *through = operation->through ? handle_of(model, operation->through) : NULL;
    if (through && through->open && through->sink.wants_operations)
        model_queue(model, &through->sink, HcsEventOperationCallback, value);
}

static void on_event(void *context, int type, const void *object)
{
    model_object_event(context, type, object);
}

/* What is delivered must be what was queued first, and to somebody who may still hear of it. */
static void on_deliver(void *context, uint64_t to, int type, uint64_t about)
{
    struct model *model = context;
    struct model_handle *handle = handle_of(model, to);
    struct model_operation *operation = handle ? NULL : operation_of(model, to);
    struct model_sink *sink = handle ? &handle->sink : operation ? &operation->sink : NULL;
    if (!sink || !(handle ? handle->open || handle->closing : operation->open || operation->closing)) {
        model_break(model, "a callback of a handle that is closed (L1, L2)");
        return;
    }
    if (sink->runner >= 0)
        model_break(model, "two callbacks of one handle at a time");
    if (about && (!operation_of(model, about) || !operation_of(model, about)->open))
        model_break(model, "a callback about an operation that is closed (L2)");
    if (sink->overflowed)
        return;
    if (!sink->count) {
        model_break(model, "a callback for which nothing happened, of type 0x%X", (unsigned)type);
        return;
    }
    struct model_event event = take_event(sink);
    if (event.type != type || event.operation != about)
        model_break(model, "a callback of type 0x%X comes where 0x%X is next", (unsigned)type, (unsigned)event.type);
    sink->running_operation = about;
    sink->runner = MODEL_ACTORS; /* model_begins() says who */
}

static void on_fault(void *context, enum trace_fault effect, HRESULT result)
{
    struct model *model = context;
    struct model_request *request = model->submitting;
    model->fault_seen = true;
    model->fault_result = result;
    if (!request)
        return;
    struct model_system *system = request->system < 0 ? NULL : &model->system[request->system];
    if (system && system->exited && effect != TRACE_FAULT_FAIL)
        return; /* there is no end left to wait for, or to bring about */
    request->fault = true;
    if (effect == TRACE_FAULT_FAIL)
        request->expected = result;
    if (effect == TRACE_FAULT_HANG)
        request->hangs = true;
    if (effect == TRACE_FAULT_EXIT) {
        request->exits = true;
        system->may_exit = true;
        if (request->kind <= REQUEST_PROPERTIES) /* HCS-ROW: R-04 */
            request->expected = HCS_E_UNEXPECTED_EXIT;
        request->loose = true; /* it may also be overtaken by the exit */
    }
}

void model_observe(struct model *model, struct trace_observer *observer)
{
    *observer = (struct trace_observer){on_complete, on_event, on_deliver, on_fault, model};
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

/* --- what a call must return --- */

/* The order of the checks is that of DESIGN's "The walk of one call". begins: whether a request is on its way. */
static HRESULT expected_of_asynchronous(
    const struct model *model, const struct move *move, const struct model_call *call, bool *begins)
{
    int slot = move->choice[call->operation];
    const struct model_operation *operation = slot == MOVE_NULL ? NULL : &model->operations[slot];
    const struct model_handle *target =
        call->target < 0 ? NULL
                         : target_of((struct model *)(uintptr_t)model, call->on_process, move->choice[call->target]);
    *begins = false;
    if (!operation || !operation->open)
        return handle_error(!operation || !operation->value);
    if (call->target >= 0 && (!target || !target->open))
        return handle_error(!target || !target->value);
    if (call->text >= 0 && move->choice[call->text] >= 0 &&
        strstr(move_text_names[move->choice[call->text]], "@invalid"))
        return E_FAIL; /* some failure */
    if (operation->state == MODEL_PENDING)
        return HCS_E_OPERATION_ALREADY_STARTED;
    if (operation->sink.registered && target && target->sink.registered && target->sink.wants_operations)
        return HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET;
    *begins = true;
    return S_OK;
}

static HRESULT expected_of_result(const struct model *model, int slot, bool wants_information, bool waits)
{
    const struct model_operation *operation = slot == MOVE_NULL ? NULL : &model->operations[slot];
    if (!operation || !operation->open)
        return handle_error(!operation || !operation->value);
    bool carries =
        operation->type == HcsOperationTypeCreateProcess || operation->type == HcsOperationTypeGetProcessInfo;
    if (operation->state == MODEL_FRESH)
        return HCS_E_OPERATION_NOT_STARTED;
    if (wants_information && !carries)
        return E_INVALIDARG;
    if (operation->state == MODEL_PENDING)
        return waits ? HCS_E_OPERATION_TIMEOUT : HCS_E_OPERATION_PENDING;
    return operation->result;
}

static bool has_exited(const struct model *model, int object, bool process)
{
    return process ? model->process[object].exited : model->system[object].exited;
}

/* --- before a call --- */

/* Is there a close or clear that looks at that sink? */
static bool is_waited_for(const struct model *model, const struct model_sink *sink)
{
    for (int i = 0; i < MODEL_ACTORS; i++)
        if (model->waits[i].kind == MODEL_WAIT_CLOSE &&
            (model->waits[i].sinks[0] == sink || model->waits[i].sinks[1] == sink))
            return true;
    return false;
}

/* A slot takes a new handle once nothing of the old one is left. */
static bool takes_new(const struct model *model, const struct model_handle *handle)
{
    return !handle->open && !handle->closing && handle->sink.runner < 0 && !is_waited_for(model, &handle->sink);
}

static bool takes_operation(const struct model *model, const struct model_operation *operation)
{
    return !operation->open && !operation->closing && operation->sink.runner < 0 &&
           !is_waited_for(model, &operation->sink);
}

/* A callback that cleared itself may still run; another registration of the handle then waits for its end here, since
   the order of callbacks belongs to one registration. */
static bool takes_callback(const struct model *model, const struct model_sink *sink, int callback)
{
    return callback == MOVE_NULL || sink->registered || (sink->runner < 0 && !is_waited_for(model, sink));
}

bool model_takes(const struct model *model, const struct move *move)
{
    const int8_t *choice = move->choice;
    switch ((int)move->function) {
    case FUNCTION_HcsCreateOperation:
        return choice[2] != MOVE_NULL && takes_operation(model, &model->operations[choice[2]]);
    case FUNCTION_HcsCreateComputeSystem:
        return !model->full && choice[0] >= 0 && choice[0] < MOVE_IDS && choice[1] >= 0 && choice[4] != MOVE_NULL &&
               takes_new(model, &model->systems[choice[4]]) && model->request_count + 8 < MODEL_REQUESTS;
    case FUNCTION_HcsOpenComputeSystem:
        return choice[0] >= 0 && choice[0] < MOVE_IDS && choice[2] != MOVE_NULL &&
               takes_new(model, &model->systems[choice[2]]);
    case FUNCTION_HcsCreateProcess:
        return !model->full && choice[1] >= 0 && choice[4] != MOVE_NULL &&
               takes_new(model, &model->processes[choice[4]]) && model->request_count + 8 < MODEL_REQUESTS;
    case FUNCTION_HcsOpenProcess:
        return choice[3] != MOVE_NULL && takes_new(model, &model->processes[choice[3]]);
    case FUNCTION_HcsSetOperationCallback:
        return choice[0] == MOVE_NULL || takes_callback(model, &model->operations[choice[0]].sink, choice[2]);
    case FUNCTION_HcsSetComputeSystemCallback:
        return choice[0] == MOVE_NULL || takes_callback(model, &model->systems[choice[0]].sink, choice[3]);
    case FUNCTION_HcsSetProcessCallback:
        return choice[0] == MOVE_NULL || takes_callback(model, &model->processes[choice[0]].sink, choice[3]);
    default:
        return model->request_count + 8 < MODEL_REQUESTS;
    }
}

static void begin_close_wait(struct model *model, unsigned actor, struct model_sink *sink, uint64_t value, bool drain)
{
    model->waits[actor] = (struct model_wait){.kind = MODEL_WAIT_CLOSE,
        .value = value,
        .needs_drain = drain,
        .sinks = {sink->registered ? sink : NULL, NULL}};
}

static void before_close_operation(struct model *model, unsigned actor, struct model_operation *operation)
{
    struct model_handle *through = operation->through ? handle_of(model, operation->through) : NULL;
    bool events = through && through->open && through->sink.registered;
    begin_close_wait(model, actor, &operation->sink, operation->value, false);
    struct model_wait *wait = &model->waits[actor];
    if (events) { /* of the handle's callbacks only one about this operation counts */
        wait->sinks[1] = wait->sinks[0];
        wait->sinks[0] = &through->sink;
        wait->about = operation->value;
    }
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        forget_events(&model->systems[i].sink, operation->value);
    for (int i = 0; i < MOVE_PROCESSES; i++)
        forget_events(&model->processes[i].sink, operation->value);
    for (int i = 0; i < MODEL_ACTORS; i++)
        if (model->waits[i].kind == MODEL_WAIT_RESULT && model->waits[i].value == operation->value &&
            !model->waits[i].captured) {
            model->waits[i].captured = true; /* L3 */
            model->waits[i].result = E_HANDLE;
        }
    operation->open = false;
    operation->closing = true;
    drop_sink(&operation->sink);
}

/* Operations that were begun through a handle are no longer covered by it. */
static void uncover(struct model *model, uint64_t handle)
{
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].through == handle)
            model->operations[i].through = 0;
}

static void before_close_handle(struct model *model, unsigned actor, struct model_handle *handle, bool process)
{
    begin_close_wait(model, actor, &handle->sink, handle->value, true);
    handle->open = false;
    handle->closing = true;
    uncover(model, handle->value);
    if (!process)
        model_release_system(model, handle->object);
}

void model_before(struct model *model, const struct move *move)
{
    const struct model_call *call = model_call(move->function);
    const int8_t *choice = move->choice;
    bool begins;
    model->calls++;
    model->submitting = NULL;
    model->fault_seen = false;
    if (call) {
        (void)expected_of_asynchronous(model, move, call, &begins);
        if (begins)
            begin_request(model, move, call);
        return;
    }
    switch ((int)move->function) {
    case FUNCTION_HcsCloseOperation:
        if (choice[0] != MOVE_NULL && model->operations[choice[0]].open)
            before_close_operation(model, move->actor, &model->operations[choice[0]]);
        break;
    case FUNCTION_HcsCloseComputeSystem:
        if (choice[0] != MOVE_NULL && model->systems[choice[0]].open)
            before_close_handle(model, move->actor, &model->systems[choice[0]], false);
        break;
    case FUNCTION_HcsCloseProcess:
        if (choice[0] != MOVE_NULL && model->processes[choice[0]].open)
            before_close_handle(model, move->actor, &model->processes[choice[0]], true);
        break;
    case FUNCTION_HcsOpenComputeSystem:
    case FUNCTION_HcsOpenProcess:
        model->engine_calls++;
        break;
    default:
        break;
    }
}

/* --- waits --- */

/* L1: does the actor that plays a callback wait, also through others, for a close that this actor makes? Each waits for
   what it found in its way when it looked last. */
static bool waits_for(const struct model *model, int runner, unsigned actor)
{
    for (int length = 0; runner >= 0 && length < MODEL_ACTORS; length++) {
        if (runner == (int)actor)
            return true;
        const struct model_wait *wait = &model->waits[runner];
        const struct model_sink *next = wait->kind == MODEL_WAIT_CLOSE ? wait->sinks[wait->blocked] : NULL;
        uint64_t about = wait->blocked ? 0 : wait->about;
        if (!next || (about && next->running_operation != about))
            return false;
        runner = next->runner;
    }
    return false;
}

static bool sink_is_quiet(
    const struct model *model, unsigned actor, const struct model_sink *sink, uint64_t about, bool drain)
{
    if (about && sink->running_operation != about)
        return true;
    if (sink->runner >= 0)
        return waits_for(model, sink->runner, actor);
    return !drain || !sink->count || sink->overflowed;
}

/* What a close finds in its way, of its two sinks; 2: nothing. */
static unsigned blocking_sink(const struct model *model, unsigned actor)
{
    const struct model_wait *wait = &model->waits[actor];
    unsigned i = 0;
    while (i < 2 &&
           (!wait->sinks[i] || sink_is_quiet(model, actor, wait->sinks[i], i ? 0 : wait->about, wait->needs_drain)))
        i++;
    return i;
}

bool model_ready(const struct model *model, unsigned actor)
{
    const struct model_wait *wait = &model->waits[actor];
    const struct model_handle *handle;
    switch (wait->kind) {
    case MODEL_WAIT_RESULT:
        return wait->captured;
    case MODEL_WAIT_EXIT:
        handle = handle_of((struct model *)(uintptr_t)model, wait->value);
        return !handle || !handle->open || has_exited(model, wait->object, wait->is_process);
    case MODEL_WAIT_CLOSE:
        return blocking_sink(model, actor) == 2;
    default:
        return true;
    }
}

void model_look(struct model *model, unsigned actor)
{
    struct model_wait *wait = &model->waits[actor];
    unsigned blocked = wait->kind == MODEL_WAIT_CLOSE ? blocking_sink(model, actor) : 2;
    if (blocked < 2)
        wait->blocked = (uint8_t)blocked;
}

/* A close or a clear is over: the slot is free, and nothing of its callback is left. */
static void end_close(struct model *model, unsigned actor)
{
    struct model_wait *wait = &model->waits[actor];
    struct model_operation *operation = wait->clears ? NULL : operation_of(model, wait->value);
    struct model_handle *handle = wait->clears ? NULL : handle_of(model, wait->value);
    if (operation)
        operation->closing = false;
    if (handle) {
        handle->closing = false;
        drop_sink(&handle->sink);
    }
    wait->kind = MODEL_NO_WAIT;
}

static void mark_read(struct model *model, uint64_t value)
{
    struct model_operation *operation = operation_of(model, value);
    if (operation && operation->state == MODEL_DONE)
        operation->unread = false;
}

static void expect_value(struct model *model, const struct client *client, uint64_t expected)
{
    if (client->value != expected)
        model_break(model, "%s returned 0x%08llX, not 0x%08llX", spec_functions[client->function].name,
            (unsigned long long)client->value, (unsigned long long)expected);
}

void model_woken(struct model *model, unsigned actor, const struct client *client)
{
    struct model_wait *wait = &model->waits[actor];
    switch (wait->kind) {
    case MODEL_WAIT_RESULT:
        expect_value(model, client, (uint32_t)wait->result);
        break;
    case MODEL_WAIT_EXIT:
        expect_value(model, client, (uint32_t)(has_exited(model, wait->object, wait->is_process) ? S_OK : E_HANDLE));
        break;
    case MODEL_WAIT_CLOSE:
        expect_value(model, client, 0);
        end_close(model, actor);
        break;
    default:
        break;
    }
    wait->kind = MODEL_NO_WAIT;
}

void model_timed_out(struct model *model, unsigned actor, const struct client *client)
{
    expect_value(model, client, (uint32_t)HCS_E_OPERATION_TIMEOUT);
    model->waits[actor].kind = MODEL_NO_WAIT;
}

/* --- after a call --- */

static bool was_given_before(const struct model *model, uint64_t value)
{
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].value == value)
            return true;
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].value == value)
            return true;
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].value == value)
            return true;
    return false;
}

/* What stands behind a handle that was just handed out; NULL: nothing. */
static const void *look_behind(uint64_t value, enum handle_kind kind)
{
    core_lock();
    struct client_handle *handle = client_handle_ref(value, kind);
    const void *object = !handle ? NULL : kind == HANDLE_SYSTEM ? (void *)handle->system : (void *)handle->process;
    if (handle)
        client_handle_unref(handle);
    core_unlock();
    return object;
}

static void take_handle(struct model *model, struct model_handle *handle, uint64_t value, int object)
{
    if (!value || was_given_before(model, value))
        model_break(model,
            value ? "a handle value is given out a second time (H-03)" : "a call that succeeded handed nothing out");
    handle->value = value;
    handle->open = true;
    handle->closing = false;
    handle->object = (int16_t)object;
    handle->sink.registered = handle->sink.wants_operations = handle->sink.overflowed = false;
    handle->sink.count = 0;
}

static void after_asynchronous(
    struct model *model, const struct move *move, const struct model_call *call, const struct client *client)
{
    int slot = move->choice[call->operation];
    struct model_operation *operation = slot == MOVE_NULL ? NULL : &model->operations[slot];
    struct model_request *request =
        operation && model->submitting && model->submitting->operation == operation->value ? model->submitting : NULL;
    bool begun = operation && operation->open && operation->order == model->order && client->value == S_OK;
    uint64_t handed = (uint64_t)(uintptr_t)client->out.handle;
    if (!begun) {
        if (client->value == S_OK)
            model_break(model, "%s was accepted, which should have failed", spec_functions[move->function].name);
        return;
    }
    if (call->kind == REQUEST_CREATE_SYSTEM) {
        int object = (int)model->system_count - 1;
        take_handle(model, &model->systems[move->choice[call->out]], handed, object);
        model->system[object].object = look_behind(handed, HANDLE_SYSTEM);
        model->system[object].handles++;
        operation->system_value = operation->through = handed;
        operation->through_process = false;
    } else if (call->kind == REQUEST_CREATE_PROCESS) {
        int object = (int)model->process_count - 1;
        take_handle(model, &model->processes[move->choice[call->out]], handed, object);
        model->process[object].object = look_behind(handed, HANDLE_PROCESS);
        operation->process_value = handed;
    }
    if (request)
        model_accept(model, request);
    model->submitting = NULL;
}

/* A call that fails at once leaves its failure in an idle operation. */
static void after_refusal(
    struct model *model, const struct move *move, const struct model_call *call, HRESULT expected, HRESULT got)
{
    int slot = move->choice[call->operation];
    struct model_operation *operation = slot == MOVE_NULL ? NULL : &model->operations[slot];
    if (!operation || !operation->open || expected == HCS_E_OPERATION_ALREADY_STARTED ||
        expected == HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET || operation->state == MODEL_PENDING)
        return;
    operation->state = MODEL_DONE;
    operation->type = call->type;
    operation->result = got;
    operation->unread = false;
    operation->through = operation->system_value = operation->process_value = 0;
}

/* A call that is answered at once has met a state, too. */
static void count_met(
    struct model *model, enum spec_matrix matrix, enum spec_call cell, enum spec_state state, bool good)
{
    if (model->coverage)
        coverage_count(model->coverage, matrix, cell, state,
            good                ? COVERAGE_DONE
            : model->fault_seen ? COVERAGE_FAULT
                                : COVERAGE_REFUSED);
}

static void count_met_system(
    struct model *model, const struct move *move, enum spec_call cell, const struct client *client)
{
    enum spec_matrix matrix;
    enum spec_state state = model_state(model, move->choice[0], &matrix);
    if (state != STATE_ABSENT)
        count_met(model, matrix, cell, state, client->value == S_OK);
}

static void count_met_process(
    struct model *model, const struct move *move, enum spec_call cell, const struct client *client)
{
    const struct model_handle *handle = target_of(model, true, move->choice[0]);
    if (handle && handle->open)
        count_met(model, MATRIX_Process, cell, model_process_state(model, handle->object), client->value == S_OK);
}

static void after_open_system(struct model *model, const struct move *move, const struct client *client)
{
    int object = model_system_named(model, move->choice[0]);
    bool access = move->choice[1] >= 0 && move_numbers[move->choice[1]] == GENERIC_ALL;
    if (access)
        count_met(model, object < 0 ? MATRIX_Container : model->system[object].matrix, CALL_HcsOpenComputeSystem,
            object < 0 ? STATE_ABSENT : model->system[object].state, client->value == S_OK);
    expect_value(model, client,
        (uint32_t)(!access             ? E_INVALIDARG
                   : model->fault_seen ? model->fault_result
                   : object < 0        ? HCS_E_SYSTEM_NOT_FOUND
                                       : S_OK));
    if (client->value != S_OK || object < 0)
        return;
    uint64_t handed = (uint64_t)(uintptr_t)client->out.handle;
    take_handle(model, &model->systems[move->choice[2]], handed, object);
    model->system[object].handles++;
    if (look_behind(handed, HANDLE_SYSTEM) != model->system[object].object)
        model_break(model, "another system was opened than the one of that id");
}

static void after_open_process(struct model *model, const struct move *move, const struct client *client)
{
    const struct model_handle *system = target_of(model, false, move->choice[0]);
    bool access = move->choice[2] >= 0 && move_numbers[move->choice[2]] == GENERIC_ALL;
    if (!system || !system->open || !access) {
        expect_value(model, client, (uint32_t)(system && system->value && !system->open ? E_HANDLE : E_INVALIDARG));
        return;
    }
    count_met_system(model, move, CALL_HcsOpenProcess, client);
    if (client->value != S_OK)
        return; /* whether there is such a process is told by its number */
    uint64_t handed = (uint64_t)(uintptr_t)client->out.handle;
    const void *object = look_behind(handed, HANDLE_PROCESS);
    int index = (int)model->process_count - 1;
    while (index >= 0 && model->process[index].object != object)
        index--;
    if (index < 0 || !model->process[index].running || model->process[index].system != system->object)
        model_break(model, "a process was opened that does not run in that system");
    else
        take_handle(model, &model->processes[move->choice[3]], handed, index);
}

static void register_callback(struct model *model, struct model_handle *handle, bool process, uint32_t options)
{
    handle->sink.registered = true;
    handle->sink.wants_operations = options & HcsEventOptionEnableOperationCallbacks;
    handle->sink.overflowed = false;
    if (has_exited(model, handle->object, process)) /* HCS-ROW: E-03 */
        model_queue(model, &handle->sink, process ? HcsEventProcessExited : HcsEventSystemExited, 0);
    for (uint32_t next = 0; handle->sink.wants_operations;) { /* HCS-ROW: E-06 in the order in which they were begun */
        const struct model_operation *found = NULL;
        for (int i = 0; i <= MOVE_OPERATIONS; i++) {
            const struct model_operation *operation = &model->operations[i];
            if (operation->open && operation->through == handle->value && operation->unread &&
                operation->order > next && (!found || operation->order < found->order))
                found = operation;
        }
        if (!found)
            return;
        next = found->order;
        model_queue(model, &handle->sink, HcsEventOperationCallback, found->value);
    }
}

static void after_register(
    struct model *model, const struct move *move, const struct client *client, bool process, bool over)
{
    struct model_handle *handle = target_of(model, process, move->choice[0]);
    if (!handle || !handle->open) {
        expect_value(model, client, (uint32_t)handle_error(!handle || !handle->value));
        return;
    }
    if (move->choice[3] == MOVE_NULL) { /* E-05 */
        begin_close_wait(model, move->actor, &handle->sink, handle->value, false);
        model->waits[move->actor].clears = true;
        drop_sink(&handle->sink);
        if (over && !model_ready(model, move->actor))
            model_break(model, "a callback was cleared while it runs (E-05)");
        if (over)
            model->waits[move->actor].kind = MODEL_NO_WAIT;
        model_look(model, move->actor);
        return;
    }
    bool taken = handle->sink.registered;
    expect_value(model, client, (uint32_t)(taken ? HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET : S_OK));
    if (!taken)
        register_callback(model, handle, process, move->choice[1] < 0 ? 0 : move_numbers[move->choice[1]]);
}

static void after_set_operation_callback(
    struct model *model, const struct move *move, const struct client *client, bool over)
{
    struct model_operation *operation = move->choice[0] == MOVE_NULL ? NULL : &model->operations[move->choice[0]];
    if (!operation || !operation->open) {
        expect_value(model, client, (uint32_t)handle_error(!operation || !operation->value));
        return;
    }
    if (move->choice[2] != MOVE_NULL) {
        operation->sink.registered = true;
        return;
    }
    begin_close_wait(model, move->actor, &operation->sink, operation->value, false);
    model->waits[move->actor].clears = true;
    drop_sink(&operation->sink);
    if (over && !model_ready(model, move->actor))
        model_break(model, "the callback of an operation was cleared while it runs");
    if (over)
        model->waits[move->actor].kind = MODEL_NO_WAIT;
    model_look(model, move->actor);
}

static void after_wait_result(
    struct model *model, const struct move *move, const struct client *client, bool over, bool information)
{
    uint32_t timeout = move->choice[1] < 0 ? 0 : move_numbers[move->choice[1]];
    HRESULT expected = expected_of_result(model, move->choice[0], information, true);
    const struct model_operation *operation = move->choice[0] == MOVE_NULL ? NULL : &model->operations[move->choice[0]];
    bool pending = operation && operation->open && operation->state == MODEL_PENDING && expected != E_INVALIDARG;
    if (over != (!pending || !timeout))
        model_break(model,
            over ? "a wait for a result that is not there is over" : "a wait for a result that is there does not end");
    if (over) {
        expect_value(model, client, (uint32_t)expected);
        if (move->choice[0] != MOVE_NULL && !(information && expected == E_INVALIDARG))
            mark_read(model, model->operations[move->choice[0]].value);
        return;
    }
    model->waits[move->actor] =
        (struct model_wait){.kind = MODEL_WAIT_RESULT, .value = model->operations[move->choice[0]].value};
}

static void after_wait_exit(
    struct model *model, const struct move *move, const struct client *client, bool over, bool process)
{
    const struct model_handle *handle = target_of(model, process, move->choice[0]);
    uint32_t timeout = move->choice[1] < 0 ? 0 : move_numbers[move->choice[1]];
    if (!handle || !handle->open) {
        expect_value(model, client, (uint32_t)handle_error(!handle || !handle->value));
        return;
    }
    bool exited = has_exited(model, handle->object, process);
    if (over != (exited || !timeout))
        model_break(model,
            over ? "a wait for an exit that has not come is over" : "a wait for an exit that came before does not end");
    else if (over)
        expect_value(model, client, (uint32_t)(exited ? S_OK : HCS_E_OPERATION_TIMEOUT));
    else
        model->waits[move->actor] = (struct model_wait){
            .kind = MODEL_WAIT_EXIT, .value = handle->value, .is_process = process, .object = handle->object};
}

static void after_close(struct model *model, const struct move *move, bool over)
{
    if (model->waits[move->actor].kind != MODEL_WAIT_CLOSE) {
        if (!over)
            model_break(model, "the close of a handle that is not open waits");
        return;
    }
    bool ready = model_ready(model, move->actor);
    if (over && !ready)
        model_break(model, "a close is over while its callback runs or is due (L1, L2)");
    else if (!over && ready)
        model_break(model, "a close waits for nothing (L1, L2)");
    if (over)
        end_close(model, move->actor);
    else
        model_look(model, move->actor);
}

static uint64_t lent(const struct model *model, const struct move *move, bool process)
{
    const struct model_operation *operation = move->choice[0] == MOVE_NULL ? NULL : &model->operations[move->choice[0]];
    uint64_t value = !operation || !operation->open ? 0 : process ? operation->process_value : operation->system_value;
    const struct model_handle *handle = value ? handle_of((struct model *)(uintptr_t)model, value) : NULL;
    return handle && handle->open ? value : 0;
}

static void after_create_operation(struct model *model, const struct move *move, const struct client *client)
{
    struct model_operation *operation = &model->operations[move->choice[2]];
    if (!client->value || was_given_before(model, client->value))
        model_break(
            model, client->value ? "a handle value is given out a second time (H-03)" : "no operation was made");
    *operation = (struct model_operation){.value = client->value, .open = true, .type = HcsOperationTypeNone};
    operation->sink.runner = -1;
    operation->sink.registered = move->choice[1] != MOVE_NULL;
}

static void after_other(struct model *model, const struct move *move, const struct client *client, bool over)
{
    const struct model_operation *operation = move->choice[0] == MOVE_NULL ? NULL : &model->operations[move->choice[0]];
    bool open = operation && operation->open;
    switch ((int)move->function) {
    case FUNCTION_HcsCreateOperation:
        after_create_operation(model, move, client);
        break;
    case FUNCTION_HcsGetOperationResult:
    case FUNCTION_HcsGetOperationResultAndProcessInfo:
        expect_value(model, client,
            (uint32_t)expected_of_result(
                model, move->choice[0], move->function == FUNCTION_HcsGetOperationResultAndProcessInfo, false));
        if (open &&
            (operation->type == HcsOperationTypeCreateProcess || operation->type == HcsOperationTypeGetProcessInfo ||
                move->function == FUNCTION_HcsGetOperationResult))
            mark_read(model, operation->value);
        break;
    case FUNCTION_HcsWaitForOperationResult:
    case FUNCTION_HcsWaitForOperationResultAndProcessInfo:
        after_wait_result(
            model, move, client, over, move->function == FUNCTION_HcsWaitForOperationResultAndProcessInfo);
        break;
    case FUNCTION_HcsGetOperationType:
        expect_value(model, client, (uint32_t)(open ? operation->type : HcsOperationTypeNone));
        break;
    case FUNCTION_HcsCancelOperation:
        expect_value(model, client, (uint32_t)(open ? E_NOTIMPL : handle_error(!operation || !operation->value)));
        break;
    case FUNCTION_HcsGetComputeSystemFromOperation:
        expect_value(model, client, lent(model, move, false));
        break;
    case FUNCTION_HcsGetProcessFromOperation:
        expect_value(model, client, lent(model, move, true));
        break;
    case FUNCTION_HcsSetOperationCallback:
        after_set_operation_callback(model, move, client, over);
        break;
    case FUNCTION_HcsOpenComputeSystem:
        after_open_system(model, move, client);
        break;
    case FUNCTION_HcsOpenProcess:
        after_open_process(model, move, client);
        break;
    case FUNCTION_HcsSetComputeSystemCallback:
    case FUNCTION_HcsSetProcessCallback:
        if (move->function == FUNCTION_HcsSetProcessCallback)
            count_met_process(model, move, CALL_HcsSetProcessCallback, client);
        else
            count_met_system(model, move, CALL_HcsSetComputeSystemCallback, client);
        after_register(model, move, client, move->function == FUNCTION_HcsSetProcessCallback, over);
        break;
    case FUNCTION_HcsWaitForComputeSystemExit:
    case FUNCTION_HcsWaitForProcessExit:
        if (move->function == FUNCTION_HcsWaitForProcessExit)
            count_met_process(model, move, CALL_HcsWaitForProcessExit, client);
        else
            count_met_system(model, move, CALL_HcsWaitForComputeSystemExit, client);
        after_wait_exit(model, move, client, over, move->function == FUNCTION_HcsWaitForProcessExit);
        break;
    case FUNCTION_HcsCloseOperation:
    case FUNCTION_HcsCloseComputeSystem:
    case FUNCTION_HcsCloseProcess:
        after_close(model, move, over);
        break;
    default:
        break;
    }
}

void model_after(struct model *model, const struct move *move, const struct client *client, bool over)
{
    const struct model_call *call = model_call(move->function);
    if (!call) {
        after_other(model, move, client, over);
        return;
    }
    bool begins = false;
    HRESULT expected = S_OK;
    if (!model->submitting && !client->value) { /* begun, and complete already */
    } else if (!model->submitting)
        expected = expected_of_asynchronous(model, move, call, &begins);
    HRESULT got = (HRESULT)client->value;
    if (expected == E_FAIL ? SUCCEEDED(got) : got != expected)
        model_break(model, "%s returned 0x%08X, not 0x%08X", spec_functions[move->function].name, (unsigned)got,
            (unsigned)expected);
    if (SUCCEEDED(got))
        after_asynchronous(model, move, call, client);
    else
        after_refusal(model, move, call, expected, got);
    model->submitting = NULL;
}

/* --- the end --- */

/* Did what a handle stands for never come to be? */
static bool is_vain(const struct model *model, const struct model_handle *handle, bool process)
{
    return handle->open && (process ? !model->process[handle->object].running : model->system[handle->object].orphan);
}

/* Those first whose close waits for no callback. */
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
            model_break(model, "a completion callback never comes");
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].open && model->systems[i].sink.count && !model->systems[i].sink.overflowed)
            model_break(model, "an event of a system never comes");
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].open && model->processes[i].sink.count && !model->processes[i].sink.overflowed)
            model_break(model, "an event of a process never comes");
}
