/* Systems and processes in the model: the expected result of each request, and its effects. Entry points:
   model_submit(), model_complete_request(), model_object_event(). */
#include "model.h"
#include "base/check.h"
#include "core/object.h"
#include "core/progress/progress.h"
#include "explore/laws.h"
#include "explore/schedule/move_text.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <string.h>

/* --- the calls --- */

static const struct model_call calls[FUNCTION_COUNT] = {
#define SYSTEM_CALL(name, request, type) [FUNCTION_##name] = {request, CALL_##name, type, 1, 0, 2, -1, false}
#define PROCESS_CALL(name, request, type) [FUNCTION_##name] = {request, CALL_##name, type, 1, 0, 2, -1, true}
    SYSTEM_CALL(HcsStartComputeSystem, REQUEST_START, HcsOperationTypeStart),
    SYSTEM_CALL(HcsShutDownComputeSystem, REQUEST_SHUT_DOWN, HcsOperationTypeShutdown),
    SYSTEM_CALL(HcsTerminateComputeSystem, REQUEST_TERMINATE, HcsOperationTypeTerminate),
    SYSTEM_CALL(HcsCrashComputeSystem, REQUEST_CRASH, HcsOperationTypeCrash),
    SYSTEM_CALL(HcsPauseComputeSystem, REQUEST_PAUSE, HcsOperationTypePause),
    SYSTEM_CALL(HcsResumeComputeSystem, REQUEST_RESUME, HcsOperationTypeResume),
    SYSTEM_CALL(HcsSaveComputeSystem, REQUEST_SAVE, HcsOperationTypeSave),
    SYSTEM_CALL(HcsModifyComputeSystem, REQUEST_MODIFY, HcsOperationTypeModify),
    SYSTEM_CALL(HcsGetComputeSystemProperties, REQUEST_PROPERTIES, HcsOperationTypeGetProperties),
    PROCESS_CALL(HcsSignalProcess, REQUEST_SIGNAL_PROCESS, HcsOperationTypeSignalProcess),
    PROCESS_CALL(HcsTerminateProcess, REQUEST_TERMINATE_PROCESS, HcsOperationTypeSignalProcess),
    PROCESS_CALL(HcsModifyProcess, REQUEST_MODIFY_PROCESS, HcsOperationTypeModifyProcess),
    PROCESS_CALL(HcsGetProcessProperties, REQUEST_PROCESS_PROPERTIES, HcsOperationTypeGetProcessProperties),
    [FUNCTION_HcsGetProcessInfo] = {REQUEST_PROCESS_INFO, CALL_HcsGetProcessInfo, HcsOperationTypeGetProcessInfo, 1, 0,
        -1, -1, true},
    [FUNCTION_HcsCreateComputeSystem] = {REQUEST_CREATE_SYSTEM, CALL_HcsCreateComputeSystem, HcsOperationTypeCreate, 2,
        -1, 1, 4, false},
    [FUNCTION_HcsCreateProcess] = {REQUEST_CREATE_PROCESS, CALL_HcsCreateProcess, HcsOperationTypeCreateProcess, 2, 0,
        1, 4, false},
    [FUNCTION_HcsEnumerateComputeSystems] = {REQUEST_ENUMERATE, CALL_COUNT, HcsOperationTypeEnumerate, 1, -1, 0, -1,
        false},
};

/* An operation is never the first parameter, so 0 as its index marks a missing entry. */
const struct model_call *model_call(unsigned function)
{
    return calls[function].operation ? &calls[function] : NULL;
}

/* --- objects --- */

bool model_system_exists(const struct model_system *system)
{
    return !system->orphan && !(system->exited && !system->handles && !system->pending);
}

int model_system_named(const struct model *model, int id)
{
    for (int i = (int)model->system_count; i-- > 0;)
        if (model->system[i].id == id && model_system_exists(&model->system[i]))
            return i;
    return -1;
}

bool model_has_wrong_document(const struct move *move, const struct model_call *call)
{
    int text = call->text < 0 ? MOVE_NULL : move->choice[call->text];
    return text >= 0 && strstr(move_text_names[text], "@invalid");
}

bool model_accepts_wrong_document(const struct model_call *call)
{
    return (call->kind == REQUEST_CREATE_SYSTEM || call->kind == REQUEST_MODIFY) && !core_refuses_at_once();
}

int model_new_system(struct model *model)
{
    model->full |= model->system_count + 1 >= MODEL_OBJECTS;
    struct model_system *system = &model->system[model->system_count];
    *system = (struct model_system){.state = STATE_BUSY, .back = STATE_CREATED};
    return (int)model->system_count++;
}

int model_new_process(struct model *model)
{
    model->full |= model->process_count + 1 >= MODEL_OBJECTS;
    model->process[model->process_count] = (struct model_process){.system = -1, .output = PLATFORM_NO_STREAM};
    return (int)model->process_count++;
}

void model_release_system(struct model *model, int index)
{
    struct model_system *system = &model->system[index];
    if (!--system->handles && system->on_close)
        system->may_exit = true; /* L5, also after the lifecycle call that is in progress */
}

void model_check_last_closes(struct model *model)
{
    for (unsigned i = 0; i < model->system_count; i++) {
        const struct model_system *system = &model->system[i];
        if (system->on_close && !system->handles && !system->pending && !system->orphan && !system->exited)
            model_break(model, "a system outlived the close of its last handle (L5)");
    }
}

/* --- submit --- */

/* Sets the expected result of a call that depends on the state of its system at the time of the call. */
static void decide(struct model *model, struct model_request *request, enum spec_call call)
{
    struct model_system *system = &model->system[request->system];
    if (system->orphan) {
        request->expected = HCS_E_SYSTEM_NOT_FOUND;
        return;
    }
    const struct spec_cell *cell = state_allows(system->matrix, call, system->state);
    request->from = system->state;
    request->expected = cell->choice;
    request->next = cell->next;
    request->listed = true;
    system->pending++;
}

static void submit_create(struct model *model, struct model_request *request, const struct move *move)
{
    const char *document = move_text_names[move->choice[1]];
    int same = model_system_named(model, move->choice[0]);
    request->system = (int16_t)model_new_system(model);
    struct model_system *system = &model->system[request->system];
    system->id = move->choice[0];
    system->matrix = strstr(document, "/vm") ? MATRIX_VirtualMachine : MATRIX_Container;
    system->on_close = move_text_has(move->choice[1], FIELD_ComputeSystem_ShouldTerminateOnLastHandleClosed);
    request->from = same < 0 ? STATE_ABSENT : model->system[same].state;
    system->orphan = same >= 0;
    if (system->orphan) {
        request->expected = HCS_E_SYSTEM_ALREADY_EXISTS;
        return;
    }
    request->expected = model->refuses[system->matrix]; /* HCS-ROW: H-26 */
    system->lifecycle = request->operation;
    system->pending++;
    request->listed = true;
}

/* A request with an invalid document never reaches the engine. */
static void submit_wrong(
    struct model *model, struct model_request *request, const struct model_call *call, const struct move *move)
{
    bool creates = call->kind == REQUEST_CREATE_SYSTEM;
    request->system = (int16_t)(creates ? model_new_system(model) : model->systems[move->choice[call->target]].object);
    request->cell = CALL_COUNT;
    request->expected = E_FAIL; /* stands for any failure */
    request->loose = true;
    if (creates) {
        model->system[request->system].id = move->choice[0];
        model->system[request->system].orphan = true;
    }
}

/* Returns the call of the matrix, which lists some calls separately by their options. */
static enum spec_call cell_for(const struct model_system *system, const struct move *move)
{
    const struct model_call *call = &calls[move->function];
    int choice = call->text < 0 ? MOVE_NULL : move->choice[call->text];
    const char *text = choice < 0 ? "" : move_text_names[choice];
    if (system->matrix == MATRIX_VirtualMachine && !strcmp(text, "@save/as-template"))
        return CALL_HcsSaveComputeSystem_AsTemplate;
    if (system->matrix == MATRIX_Container && !strcmp(text, "@query/statistics"))
        return CALL_HcsGetComputeSystemProperties_Statistics;
    return call->cell;
}

/* Called before the call: sets what is known about the result of its request. */
void model_submit(struct model *model, struct model_request *request, const struct move *move)
{
    const struct model_call *call = &calls[move->function];
    request->kind = call->kind;
    request->cell = call->cell;
    request->system = request->process = -1;
    request->from = STATE_ABSENT;
    if (model_has_wrong_document(move, call)) {
        submit_wrong(model, request, call, move);
    } else if (call->kind == REQUEST_CREATE_SYSTEM) {
        submit_create(model, request, move);
    } else if (call->on_process) {
        const struct model_handle *handle = &model->processes[move->choice[call->target]];
        request->process = handle->object;
        request->system = model->process[handle->object].system;
        request->listed = model_system_exists(&model->system[request->system]);
        model->system[request->system].pending += request->listed;
        model->process[handle->object].may_exit |= law_is_signal(request->kind);
        model->process[handle->object].disturbed |=
            law_is_signal(request->kind) || request->kind == REQUEST_MODIFY_PROCESS;
    } else if (call->kind != REQUEST_ENUMERATE) {
        request->system = model->systems[move->choice[call->target]].object;
        request->cell = cell_for(&model->system[request->system], move);
        decide(model, request, request->cell);
    }
    if (call->kind == REQUEST_CREATE_PROCESS) {
        request->process = (int16_t)model_new_process(model);
        struct model_process *process = &model->process[request->process];
        const char *document = move_text_names[move->choice[call->text]];
        process->system = request->system;
        process->may_exit = !strstr(document, "endless");
        /* whether the program and a guest to run it exist does not depend on the state */
        request->loose =
            strstr(document, "not-found") || model->system[request->system].matrix == MATRIX_VirtualMachine;
    }
    request->loose |= call->kind == REQUEST_MODIFY;
}

/* Applies the immediate effects of a call that was accepted. HCS-ROW: S-07 */
void model_accept(struct model *model, struct model_request *request)
{
    if (!law_is_lifecycle(request->kind) || !request->listed)
        return;
    struct model_system *system = &model->system[request->system];
    const struct spec_cell *cell = state_allows(system->matrix, request->cell, request->from);
    if (FAILED(cell->choice) || (request->kind != REQUEST_START && FAILED(request->expected)))
        return;
    system->lifecycle = request->operation;
    system->back = request->next;
    system->state = law_under_way(request->kind);
    if (law_is_end(request->kind) || FAILED(request->expected))
        system->may_exit = true;
}

/* --- complete --- */

static bool exits_in_this_move(struct model *model, struct model_system *system)
{
    CHECK(system);
    if (!system->exited)
        system->exit_due = model->due = model->move;
    return !system->exited || system->exit_move == model->move;
}

static enum spec_state process_state(const struct model *model, const struct model_process *process)
{
    const struct model_system *system = &model->system[process->system];
    return law_process_state(system->exited || system->orphan, process->exited, system->state);
}

enum spec_state model_process_state(const struct model *model, int process)
{
    return process_state(model, &model->process[process]);
}

/* Returns the result of a call on a process, which depends on the state at its completion. */
static HRESULT expected_of_process(const struct model *model, const struct model_request *request)
{
    const struct model_process *process = &model->process[request->process];
    if (FAILED(request->expected))
        return request->expected;
    if (!process->running && !process->exited) /* its create is pending or has failed */
        return request->kind == REQUEST_PROCESS_INFO ? HCS_E_PROCESS_INFO_NOT_AVAILABLE : HCS_E_INVALID_STATE;
    if (law_is_signal(request->kind) && process->exited && process->exit_move == model->move &&
        !model->system[process->system].exited)
        return S_OK; /* the signal itself has caused the exit */
    return state_allows(MATRIX_Process, request->cell, process_state(model, process))->choice;
}

/* HCS-ROW: R-12 true for a signal that awaits the exit and completes in the same move as the exit */
static bool is_released(struct model *model, const struct model_request *request)
{
    if (!law_is_signal(request->kind))
        return false;
    CHECK(request->process >= 0);
    struct model_process *process = &model->process[request->process];
    if (!process->awaits || (process->exited && process->exit_move != model->move))
        return false;
    process->exit_due = model->due = model->move;
    return true;
}

static void take_effect(struct model *model, struct model_request *request, HRESULT result, bool ended)
{
    struct model_system *system = request->system < 0 ? NULL : &model->system[request->system];
    bool lifecycle = system && system->lifecycle == request->operation;
    CHECK(system || request->kind != REQUEST_TERMINATE);
    if (lifecycle)
        system->lifecycle = 0;
    if (request->kind == REQUEST_CREATE_PROCESS) {
        model->process[request->process].running = SUCCEEDED(result);
        model->process[request->process].failed = FAILED(result);
    } else if (request->cut) { /* has no effect on its system any more */
    } else if (request->kind == REQUEST_CREATE_SYSTEM && FAILED(result)) {
        if (request->exits || ended || !lifecycle) /* its system was created and has ended */
            (void)exits_in_this_move(model, system);
        else { /* may turn out to have failed because its system exits in the same move */
            system->orphan = true;
            system->orphan_move = model->move;
        }
    } else if ((request->kind == REQUEST_START && lifecycle && FAILED(result)) || /* HCS-ROW: S-06 */
               (request->kind == REQUEST_CRASH && SUCCEEDED(result))) {
        (void)exits_in_this_move(model, system);
    } else if (request->kind == REQUEST_TERMINATE && SUCCEEDED(result) && !system->exited) {
        model_break(model, "a terminate completed although its system has not exited (S-09)");
    } else if (lifecycle && SUCCEEDED(result) && !law_is_end(request->kind) && !system->exited) {
        system->state = system->back;
    }
}

static enum coverage_outcome outcome_of(const struct model_request *request, HRESULT result, bool ended)
{
    return ended ? COVERAGE_ENDED : request->fault ? COVERAGE_FAULT : FAILED(result) ? COVERAGE_REFUSED : COVERAGE_DONE;
}

void model_complete_request(struct model *model, struct model_request *request, HRESULT result)
{
    struct model_system *system = request->system < 0 ? NULL : &model->system[request->system];
    bool process = law_is_process_call(request->kind);
    HRESULT expected = process ? expected_of_process(model, request) : request->expected;
    bool ended = system && result != expected && law_is_ended_code(request->kind, result);
    if (result != expected && result == S_OK && is_released(model, request))
        expected = S_OK;
    if (ended && !exits_in_this_move(model, system))
        model_break(model, "a call failed with 0x%08X as if its system had just ended", (unsigned)result);
    else if (!ended && request->hangs && !(FAILED(result) && exits_in_this_move(model, system)))
        model_break(model, "a call that hangs completed with 0x%08X before its system ended", (unsigned)result);
    else if (!ended && result != expected && !(request->loose && FAILED(result)))
        model_break(model, "request %d completed with 0x%08X, not with 0x%08X, in state %s", (int)request->kind,
            (unsigned)result, (unsigned)expected,
            spec_state_names[process ? process_state(model, &model->process[request->process]) : request->from]);
    if (system && request->listed)
        system->pending--;
    take_effect(model, request, result, ended);
    if (model->coverage && system && request->cell < CALL_COUNT)
        coverage_count(model->coverage, process ? MATRIX_Process : system->matrix, request->cell,
            process ? process_state(model, &model->process[request->process]) : request->from,
            outcome_of(request, result, ended));
}

/* --- events --- */

static struct model_system *system_of(struct model *model, const void *object)
{
    for (unsigned i = model->system_count; i-- > 0;)
        if (model->system[i].object == object)
            return &model->system[i];
    return NULL;
}

static struct model_process *process_of(struct model *model, const void *object)
{
    for (unsigned i = model->process_count; i-- > 0;)
        if (model->process[i].object == object)
            return &model->process[i];
    return NULL;
}

static void queue_for_all(struct model_handle *handles, int count, int object, int type)
{
    for (int i = 0; i < count; i++)
        if (handles[i].open && !handles[i].cut && handles[i].object == object)
            model_queue(&handles[i].sink, type, 0);
}

/* HCS-ROW: R-01 open handles get an event for the restart, and none after it */
static void cut_off(struct model *model, struct model_handle *handles, int count, int object)
{
    queue_for_all(handles, count, object, HcsEventServiceDisconnect);
    for (int i = 0; i < count; i++) {
        if (!handles[i].open || handles[i].object != object)
            continue;
        handles[i].cut = true;
        for (int actor = 0; actor < MODEL_ACTORS; actor++)
            model->waits[actor].cut |=
                model->waits[actor].kind == MODEL_WAIT_EXIT && model->waits[actor].value == handles[i].value;
    }
}

static void process_ends(struct model *model, struct model_process *process)
{
    const struct model_system *system = &model->system[process->system];
    if (process->exited)
        return;
    if (!process->running)
        model_break(model, "a process that never ran exited");
    if (!process->may_exit && !system->may_exit)
        model_break(model, "an endless process exited without a cause");
    process->exited = true;
    process->exit_move = model->move;
    model->outputs_end |= process->output != PLATFORM_NO_STREAM;
}

static void system_ends(struct model *model, struct model_system *system)
{
    if (system->orphan && system->orphan_move == model->move)
        system->orphan = false;
    if (system->exited)
        return;
    if (!system->may_exit)
        model_break(model, "a system exited without a cause");
    system->exited = true;
    system->exit_move = model->move;
    system->state = STATE_EXITED;
    system->lifecycle = 0;
    for (unsigned i = 0; i < model->process_count; i++) /* HCS-ROW: P-42 */
        if (model->process[i].running && !model->process[i].exited &&
            model->process[i].system == system - model->system)
            model_break(model, "a system exits before its processes (P-42)");
}

static void on_process(struct model *model, struct model_process *process, int type)
{
    int index = (int)(process - model->process);
    if (type == HcsEventServiceDisconnect) {
        cut_off(model, model->processes, MOVE_PROCESSES, index);
        return;
    }
    if (process->told)
        model_break(model, "a process exits a second time");
    process_ends(model, process);
    process->told = true;
    queue_for_all(model->processes, MOVE_PROCESSES, index, type);
}

static void on_system(struct model *model, struct model_system *system, int type)
{
    int index = (int)(system - model->system);
    if (type == HcsEventServiceDisconnect) {
        cut_off(model, model->systems, MOVE_SYSTEMS + 1, index);
        return;
    }
    queue_for_all(model->systems, MOVE_SYSTEMS + 1, index, type);
    if (type != HcsEventSystemExited)
        return;
    if (system->told)
        model_break(model, "a system exits a second time");
    system_ends(model, system);
    system->told = true;
}

void model_object_event(struct model *model, int type, const void *object)
{
    struct model_system *system = type == HcsEventProcessExited ? NULL : system_of(model, object);
    struct model_process *process = system ? NULL : process_of(model, object);
    bool creating = model->submitting && model->submitting->kind == REQUEST_CREATE_SYSTEM;
    if (system)
        on_system(model, system, type);
    else if (process && (type == HcsEventProcessExited || type == HcsEventServiceDisconnect))
        on_process(model, process, type);
    else if (type != HcsEventServiceDisconnect || !creating) /* a new system is known only after its create call */
        model_break(model, "an event of type 0x%X for an unknown object", (unsigned)type);
}

void model_object_untold(struct model *model, int type, const void *object)
{
    struct model_system *system = type == HcsEventSystemExited ? system_of(model, object) : NULL;
    struct model_process *process = system ? NULL : process_of(model, object);
    if (system)
        system_ends(model, system);
    else if (process)
        process_ends(model, process);
}
