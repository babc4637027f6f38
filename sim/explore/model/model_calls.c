/* Calls in the model: which can be made, what each must return, and what it does to handles, callbacks and requests.
   Entry points: model_takes(), model_before(), model_after(). */
#include "core/object.h"
#include "model_parts.h"
#include "spec_hresults.h"
#include <string.h>

/* --- what a call must return --- */

/* Makes the checks in the order of impl/api/call.h and returns what the call must return. *begins: whether it begins a
   request. */
static HRESULT expected_of_asynchronous(
    const struct model *model, const struct move *move, const struct model_call *call, bool *begins)
{
    int slot = move->choice[call->operation];
    const struct model_operation *operation = slot == MOVE_NULL ? NULL : &model->operations[slot];
    const struct model_handle *target = call->target < 0 ? NULL
                                                         : model_target_of((struct model *)(uintptr_t)model,
                                                               call->on_process, move->choice[call->target]);
    *begins = false;
    if (!operation || !operation->open)
        return model_handle_error(!operation || !operation->value);
    if (call->target >= 0 && (!target || !target->open))
        return model_handle_error(!target || !target->value);
    if (model_has_wrong_document(move, call) && !model_accepts_wrong_document(call))
        return E_FAIL; /* stands for any failure */
    if (target && target->cut)
        return HCS_E_SERVICE_DISCONNECT;
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
        return model_handle_error(!operation || !operation->value);
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
static void begin_request(struct model *model, const struct move *move, const struct model_call *call)
{
    struct model_operation *operation = &model->operations[move->choice[call->operation]];
    struct model_request *request = model_request_of(model, 0);
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
        call->target < 0 ? NULL : model_target_of(model, call->on_process, move->choice[call->target]);
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

/* --- before a call --- */

/* True if a close or the clearing of a callback waits for that sink. */
static bool is_waited_for(const struct model *model, const struct model_sink *sink)
{
    for (int i = 0; i < MODEL_ACTORS; i++)
        if (model->waits[i].kind == MODEL_WAIT_CLOSE &&
            (model->waits[i].sinks[0] == sink || model->waits[i].sinks[1] == sink))
            return true;
    return false;
}

/* True if the slot of a handle can take a new one, because nothing of the old one is left. */
static bool takes_new(const struct model *model, const struct model_handle *handle)
{
    return !handle->open && !handle->closing && handle->sink.runner < 0 && !is_waited_for(model, &handle->sink);
}

static bool takes_operation(const struct model *model, const struct model_operation *operation)
{
    return !operation->open && !operation->closing && operation->sink.runner < 0 &&
           !is_waited_for(model, &operation->sink);
}

/* A callback that has cleared itself may still run. The model lets another one be registered only after its end, since
   the order of callbacks is defined only within one registration. */
static bool takes_callback(const struct model *model, const struct model_sink *sink, int callback)
{
    return callback == MOVE_NULL || sink->registered || (sink->runner < 0 && !is_waited_for(model, sink));
}

/* Excludes creates with a security descriptor, which fail at once: rows test them. */
bool model_takes(const struct model *model, const struct move *move)
{
    const int8_t *choice = move->choice;
    switch ((int)move->function) {
    case FUNCTION_HcsCreateOperation:
        return choice[2] != MOVE_NULL && takes_operation(model, &model->operations[choice[2]]);
    case FUNCTION_HcsCreateComputeSystem:
        return !model->full && choice[0] >= 0 && choice[0] < MOVE_IDS && choice[1] >= 0 && choice[3] == MOVE_NULL &&
               choice[4] != MOVE_NULL && takes_new(model, &model->systems[choice[4]]) &&
               model->request_count + 8 < MODEL_REQUESTS;
    case FUNCTION_HcsOpenComputeSystem:
        return choice[0] >= 0 && choice[0] < MOVE_IDS && choice[2] != MOVE_NULL &&
               takes_new(model, &model->systems[choice[2]]);
    case FUNCTION_HcsCreateProcess:
        return !model->full && choice[1] >= 0 && choice[3] == MOVE_NULL && choice[4] != MOVE_NULL &&
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
static void before_close_operation(struct model *model, unsigned actor, struct model_operation *operation)
{
    struct model_handle *through = operation->through ? model_handle_of(model, operation->through) : NULL;
    bool events = through && through->open && through->sink.registered;
    model_begin_close(model, actor, &operation->sink, operation->value, false);
    struct model_wait *wait = &model->waits[actor];
    if (events) { /* only a callback about this operation counts */
        wait->sinks[1] = wait->sinks[0];
        wait->sinks[0] = &through->sink;
        wait->about = operation->value;
    }
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        model_forget_events(&model->systems[i].sink, operation->value);
    for (int i = 0; i < MOVE_PROCESSES; i++)
        model_forget_events(&model->processes[i].sink, operation->value);
    for (int i = 0; i < MODEL_ACTORS; i++)
        if (model->waits[i].kind == MODEL_WAIT_RESULT && model->waits[i].value == operation->value &&
            !model->waits[i].captured) {
            model->waits[i].captured = true; /* L3 */
            model->waits[i].result = E_HANDLE;
        }
    operation->open = false;
    operation->closing = true;
    model_drop_sink(&operation->sink);
}

/* Makes operations that were begun through a handle no longer report to its callback. */
static void uncover(struct model *model, uint64_t handle)
{
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].through == handle)
            model->operations[i].through = 0;
}

static void before_close_handle(struct model *model, unsigned actor, struct model_handle *handle, bool process)
{
    model_begin_close(model, actor, &handle->sink, handle->value, true);
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

static void mark_read(struct model *model, uint64_t value)
{
    struct model_operation *operation = model_operation_of(model, value);
    if (operation && operation->state == MODEL_DONE)
        operation->unread = false;
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

/* Returns the library's object of a new handle, or NULL. */
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
        model_break(model, value ? "a handle value is given out a second time (H-03)"
                                 : "a call succeeded without setting its out parameter");
    handle->value = value;
    handle->open = true;
    handle->closing = handle->cut = false;
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
            model_break(model, "%s was accepted but should have failed", spec_functions[move->function].name);
        return;
    }
    if (call->kind == REQUEST_CREATE_SYSTEM) {
        int object = (int)model->system_count - 1;
        take_handle(model, &model->systems[move->choice[call->out]], handed, object);
        model->system[object].object = look_behind(handed, HANDLE_SYSTEM);
        model->system[object].handles++;
        model->systems[move->choice[call->out]].cut =
            model->fault_seen && model->fault_effect == TRACE_FAULT_DISCONNECT;
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

/* Records that a call that failed at once has stored its failure in its operation, if that was idle. */
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

/* Counts the coverage of a call that returns at once. */
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
    const struct model_handle *handle = model_target_of(model, true, move->choice[0]);
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
    model_expect_value(model, client,
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
        model_break(model, "an open returned a system with another id");
}

static void after_open_process(struct model *model, const struct move *move, const struct client *client)
{
    const struct model_handle *system = model_target_of(model, false, move->choice[0]);
    bool access = move->choice[2] >= 0 && move_numbers[move->choice[2]] == GENERIC_ALL;
    if (!system || !system->open || !access) {
        model_expect_value(
            model, client, (uint32_t)(system && system->value && !system->open ? E_HANDLE : E_INVALIDARG));
        return;
    }
    count_met_system(model, move, CALL_HcsOpenProcess, client);
    if (system->cut)
        model_expect_value(model, client, (uint32_t)HCS_E_SERVICE_DISCONNECT);
    if (client->value != S_OK)
        return; /* whether the process exists depends on its id, which the model does not know */
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
    if (model_has_exited(model, handle->object, process)) /* HCS-ROW: E-03 */
        model_queue(&handle->sink, process ? HcsEventProcessExited : HcsEventSystemExited, 0);
    if (handle->cut)
        model_queue(&handle->sink, HcsEventServiceDisconnect, 0);
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
        model_queue(&handle->sink, HcsEventOperationCallback, found->value);
    }
}

static void after_register(
    struct model *model, const struct move *move, const struct client *client, bool process, bool over)
{
    struct model_handle *handle = model_target_of(model, process, move->choice[0]);
    if (!handle || !handle->open) {
        model_expect_value(model, client, (uint32_t)model_handle_error(!handle || !handle->value));
        return;
    }
    if (move->choice[3] == MOVE_NULL) { /* E-05 */
        model_begin_close(model, move->actor, &handle->sink, handle->value, false);
        model->waits[move->actor].clears = true;
        model_drop_sink(&handle->sink);
        if (over && !model_ready(model, move->actor))
            model_break(model, "a callback was cleared while it runs (E-05)");
        if (over)
            model->waits[move->actor].kind = MODEL_NO_WAIT;
        model_look(model, move->actor);
        return;
    }
    bool taken = handle->sink.registered;
    model_expect_value(model, client, (uint32_t)(taken ? HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET : S_OK));
    if (!taken)
        register_callback(model, handle, process, move->choice[1] < 0 ? 0 : move_numbers[move->choice[1]]);
}

static void after_set_operation_callback(
    struct model *model, const struct move *move, const struct client *client, bool over)
{
    struct model_operation *operation = move->choice[0] == MOVE_NULL ? NULL : &model->operations[move->choice[0]];
    if (!operation || !operation->open) {
        model_expect_value(model, client, (uint32_t)model_handle_error(!operation || !operation->value));
        return;
    }
    if (move->choice[2] != MOVE_NULL) {
        operation->sink.registered = true;
        return;
    }
    model_begin_close(model, move->actor, &operation->sink, operation->value, false);
    model->waits[move->actor].clears = true;
    model_drop_sink(&operation->sink);
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
            over ? "a wait ended before its result was ready" : "a wait did not end although its result is ready");
    if (over) {
        model_expect_value(model, client, (uint32_t)expected);
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
    const struct model_handle *handle = model_target_of(model, process, move->choice[0]);
    uint32_t timeout = move->choice[1] < 0 ? 0 : move_numbers[move->choice[1]];
    if (!handle || !handle->open) {
        model_expect_value(model, client, (uint32_t)model_handle_error(!handle || !handle->value));
        return;
    }
    bool exited = model_has_exited(model, handle->object, process);
    if (over != (exited || handle->cut || !timeout))
        model_break(model,
            over ? "a wait ended before the exit happened" : "a wait did not end although the exit has happened");
    else if (over)
        model_expect_value(model, client,
            (uint32_t)(exited        ? model_exit_status(model, handle->object, process)
                       : handle->cut ? HCS_E_SERVICE_DISCONNECT
                                     : HCS_E_OPERATION_TIMEOUT));
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
        model_break(model, "a close returned while its callback runs or is due (L1, L2)");
    else if (!over && ready && !model_is_unsure(model, move->actor))
        model_break(model, "a close waits although nothing blocks it (L1, L2)");
    if (over)
        model_end_close(model, move->actor);
    else
        model_look(model, move->actor);
}

static uint64_t lent(const struct model *model, const struct move *move, bool process)
{
    const struct model_operation *operation = move->choice[0] == MOVE_NULL ? NULL : &model->operations[move->choice[0]];
    uint64_t value = !operation || !operation->open ? 0 : process ? operation->process_value : operation->system_value;
    const struct model_handle *handle = value ? model_handle_of((struct model *)(uintptr_t)model, value) : NULL;
    return handle && handle->open ? value : 0;
}

static void after_create_operation(struct model *model, const struct move *move, const struct client *client)
{
    struct model_operation *operation = &model->operations[move->choice[2]];
    if (!client->value || was_given_before(model, client->value))
        model_break(
            model, client->value ? "a handle value is given out a second time (H-03)" : "no operation was created");
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
        model_expect_value(model, client,
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
        model_expect_value(model, client, (uint32_t)(open ? operation->type : HcsOperationTypeNone));
        break;
    case FUNCTION_HcsCancelOperation:
        model_expect_value(
            model, client, (uint32_t)(open ? E_NOTIMPL : model_handle_error(!operation || !operation->value)));
        break;
    case FUNCTION_HcsGetComputeSystemFromOperation:
        model_expect_value(model, client, lent(model, move, false));
        break;
    case FUNCTION_HcsGetProcessFromOperation:
        model_expect_value(model, client, lent(model, move, true));
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
    if (!model->submitting && !client->value) { /* the request has begun and is already complete */
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
