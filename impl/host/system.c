/* Calls on systems: create, the lifecycle, and the calls to the backend. Entry points: system_submit(),
   system_finish(). */
#include "base/check.h"
#include "configuration.h"
#include "core/lock.h"
#include "files.h"
#include "host.h"
#include "modify.h"
#include "properties.h"
#include "spec_hresults.h"
#include <string.h>

void system_enter(struct host_system *system, enum spec_state state)
{
    CHECK_HELD();
    CHECK(may_follow(system->state, state));
    system->state = state;
}

void system_reach_state(struct host *host, struct host_system *system, enum request_kind kind)
{
    CHECK_HELD();
    CHECK(kind != REQUEST_START || !system->was_started);
    if (kind == REQUEST_START) {
        system->was_started = true;
        system->started = host->backend->time(host);
    }
    system_enter(system, system->back);
}

bool host_is_frozen(const struct host_system *system)
{
    CHECK_HELD();
    enum spec_state state = system->state;
    return state == STATE_PAUSED || state == STATE_SAVED_AS_TEMPLATE ||
           (state == STATE_BUSY && system->lifecycle && system->lifecycle->request->kind != REQUEST_START);
}

/* --- create --- */

/* HCS-ROW: S-24, F-31 the virtual machine that a new system names must exist and must not have ended. */
static HRESULT may_be_hosted(const struct host *host, const struct host_system *system)
{
    const char *id = table_hosting_id(system);
    const struct host_system *machine = id && *id ? host_find(host, id) : NULL;
    bool there = machine && machine != system && machine->matrix == MATRIX_VirtualMachine;
    return !id || !*id || (there && machine->state != STATE_EXITED) ? S_OK : HCS_E_SYSTEM_NOT_FOUND;
}

static void create_system(struct host *host, struct request *request)
{
    if (host_find(host, request->id)) { /* the id is in use: this create completes without a system */
        struct host_task *task = task_make(host, request, NULL, NULL);
        if (task && task_send_plainly(host, task))
            task_go(host, task);
        return;
    }
    struct host_system *system = table_make(host, request->id, request->document, request->system);
    if (!system) {
        request_complete(request, E_OUTOFMEMORY, NULL);
        return;
    }
    system->user = request->user;
    system_enter(system, STATE_BUSY);
    system->back = system->before = STATE_CREATED;
    struct host_task *task = task_make(host, request, system, NULL);
    if (task && host->backend->takes)
        task->decision = host->backend->takes(host, system);
    if (task && SUCCEEDED(task->decision))
        task->decision = may_be_hosted(host, system);
    if (task && task_send(host, task)) {
        system->lifecycle = task; /* after the faults: one that restarts the service ends pending tasks */
        task_go(host, task);
    } else
        table_destroy(host, system);
}

HRESULT host_place(struct host *host, const char *id, const struct document *document, enum spec_state state)
{
    bool vm = document->member[ComputeSystem_VirtualMachine], there = host_find(host, id);
    if (there || (!vm && (state == STATE_PAUSED || state == STATE_SAVED_AS_TEMPLATE)))
        return there ? HRESULT_ERROR_OBJECT_ALREADY_EXISTS : E_INVALIDARG;
    struct system *core = system_create();
    struct host_system *system = core ? table_make(host, id, document, core) : NULL;
    if (system)
        system->user = HOST_EVERYBODY;
    if (core)
        system_unref(core); /* the engine holds its own reference */
    if (!system)
        return E_OUTOFMEMORY;
    system_enter(system, state == STATE_EXITED ? STATE_RUNNING : state);
    system->was_started = state != STATE_CREATED;
    if (state == STATE_EXITED)
        end_system(host, system, HOST_END_GRACEFUL, S_OK, S_OK);
    return S_OK;
}

/* --- requests --- */

static enum spec_call call_of(const struct host_system *system, const struct request *request)
{
    const struct document *document = request->document;
    const char *type = NULL;
    if (request->kind == REQUEST_SAVE && document)
        type = document_string(document, SaveOptions_SaveType);
    if (type && !strcmp(type, VALUE_SaveType_AsTemplate) && system->matrix == MATRIX_VirtualMachine)
        return CALL_HcsSaveComputeSystem_AsTemplate;
    if (request->kind == REQUEST_PROPERTIES && system->matrix == MATRIX_Container && document &&
        properties_want_statistics(document))
        return CALL_HcsGetComputeSystemProperties_Statistics;
    if (request->kind == REQUEST_SHUT_DOWN && document && system->has_shutdown_service &&
        system->state == STATE_RUNNING && document_string(document, ShutdownOptions_Mechanism) &&
        !strcmp(document_string(document, ShutdownOptions_Mechanism), VALUE_ShutdownMechanism_IntegrationService))
        return CALL_HcsShutDownComputeSystem_IntegrationService;
    return spec_requests[request->kind].call;
}

const struct spec_cell *system_cell(const struct host *host, const struct host_system *system, enum spec_call call)
{
    CHECK_HELD();
    bool pauses = host->containers_pause && system->matrix == MATRIX_Container, paused = system->state == STATE_PAUSED;
    if (!pauses || (!paused && call != CALL_HcsPauseComputeSystem && call != CALL_HcsResumeComputeSystem))
        return state_allows(system->matrix, call, system->state);
    if (call == CALL_HcsSaveComputeSystem || call == CALL_HcsSaveComputeSystem_AsTemplate)
        return state_allows(MATRIX_Container, CALL_HcsSaveComputeSystem, STATE_RUNNING);
    if (call == CALL_HcsGetComputeSystemProperties_Statistics)
        call = CALL_HcsGetComputeSystemProperties;
    return state_allows(MATRIX_VirtualMachine, call, system->state); /* the matrix with pauses */
}

/* Makes the system busy or stopping until an accepted lifecycle call is done. next: the state after it. */
static void begin_lifecycle(struct host *host, struct host_system *system, struct host_task *task, enum spec_state next)
{
    struct host_task *under_way = system->lifecycle;
    bool ends = ends_system(task->request->kind);
    CHECK(!under_way || ends);
    if (!under_way)
        system->before = system->state;
    else if (!ends_system(under_way->request->kind)) {
        task_overtake(host, under_way);
        under_way->back = system->back;
    }
    system_enter(system, ends ? STATE_STOPPING : STATE_BUSY);
    system->lifecycle = task;
    system->back = next;
}

static void open_system(struct host *host, struct request *request)
{
    struct host_system *system = host_find(host, request->id);
    if (system && !host_shows(system, request->user))
        system = NULL;
    if (host_refuses(host, request, request->id, system))
        return;
    request->system = system ? system->core : NULL;
    request_complete(request, system ? S_OK : HCS_E_SYSTEM_NOT_FOUND, NULL);
}

/* Stores the content of the document in the task. Returns false if the task has been answered. */
static bool read_document(struct host *host, struct host_system *system, struct host_task *task)
{
    enum request_kind kind = task->request->kind;
    if (kind == REQUEST_MODIFY)
        return FAILED(task->decision) || modify_accepts(host, system, task);
    return kind != REQUEST_PROPERTIES || properties_accept(host, task);
}

static void submit_to(struct host *host, struct host_system *system, struct host_task *task)
{
    enum request_kind kind = task->request->kind;
    const struct spec_cell *cell = system_cell(host, system, call_of(system, task->request));
    task->decision = host_end_result(system, system->end, kind, cell->choice);
    if (!read_document(host, system, task))
        return;
    if (SUCCEEDED(cell->choice) && kind == REQUEST_START && host->backend->can_start)
        task->decision = host->backend->can_start(host, system);
    if (SUCCEEDED(task->decision) && kind == REQUEST_START)
        task->decision = files_open(host, system, &task->path);
    if (SUCCEEDED(task->decision) && kind == REQUEST_MODIFY)
        task->decision = files_open_changed(host, system, task->modification, &task->path);
    if (!task_send(host, task))
        return;
    /* a start makes the system busy even if it will fail; other calls only if they will take effect */
    if (SUCCEEDED(cell->choice) && spec_requests[kind].lifecycle &&
        (kind == REQUEST_START || SUCCEEDED(task->decision)))
        begin_lifecycle(host, system, task, cell->next);
    task_go(host, task);
}

void system_submit(struct host *host, struct request *request)
{
    CHECK_HELD();
    struct host_system *system = request->system ? system_engine(request->system) : NULL;
    if (request->kind == REQUEST_CREATE_SYSTEM) {
        create_system(host, request);
    } else if (request->kind == REQUEST_OPEN_SYSTEM) {
        open_system(host, request);
    } else if (!system) { /* HCS-ROW: H-25 its create failed */
        request_complete(request, HCS_E_SYSTEM_NOT_FOUND, NULL);
    } else {
        struct host_task *task = task_make(host, request, system, NULL);
        if (task)
            submit_to(host, system, task);
    }
}

/* --- calls to the backend, and their results --- */

static void (*operation_of(const struct host *host, const struct host_task *task))(struct host *, struct host_task *)
{
    const struct backend_operations *backend = host->backend;
    enum request_kind kind = task->request->kind;
    if (kind == REQUEST_PROPERTIES)
        return properties_need_usage(task) ? backend->statistics : NULL;
    if (kind == REQUEST_MODIFY)
        return task->modification ? backend->modify : NULL;
    if (kind == REQUEST_CREATE_SYSTEM)
        return backend->create;
    if (task->system->state == STATE_EXITED) /* a terminate while another one has ended the system */
        return backend->terminate;
    return kind == REQUEST_START       ? backend->start
           : kind == REQUEST_SHUT_DOWN ? backend->shut_down
           : kind == REQUEST_TERMINATE ? backend->terminate
           : kind == REQUEST_CRASH     ? backend->crash
           : kind == REQUEST_PAUSE     ? backend->pause
                                       : backend->save;
}

bool system_act(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    if (task->request->kind == REQUEST_RESUME && task->system->state != STATE_EXITED) {
        if (host->backend->resume)
            host->backend->resume(host, task->system, task);
        return host->backend->resume;
    }
    void (*operation)(struct host *, struct host_task *) = operation_of(host, task);
    if (operation)
        operation(host, task);
    return operation;
}

/* Returns the lifecycle call that is still in progress when another has failed: one that ends the system if there is
   any, otherwise the one that was overtaken; NULL: none. */
static struct host_task *still_under_way(const struct host_system *system)
{
    struct host_task *found = NULL;
    for (struct host_task *task = system->pending; task; task = task->next)
        if (spec_requests[task->request->kind].ends && SUCCEEDED(task->decision))
            return task;
        else if (task->overtaken)
            found = task;
    return found;
}

/* Sets the state of the system after its latest lifecycle call has failed. */
static void step_back(struct host_system *system)
{
    const struct host_task *task = system->lifecycle = still_under_way(system);
    if (!task) {
        system_enter(system, system->before);
    } else if (task->overtaken) {
        system_enter(system, STATE_BUSY);
        system->back = task->back;
    }
}

/* HCS-ROW: S-06 after a failed start the system has exited; H-25 after a failed create it does not exist. Returns true
   if it was removed. */
static bool finish_failure(struct host *host, struct host_system *system, struct host_task *task, bool lifecycle)
{
    HRESULT result = task->decision;
    enum request_kind kind = task->request->kind;
    char *document = failure_document(host, task, result);
    if (kind == REQUEST_CREATE_SYSTEM) {
        end_pending(host, system, true);
        table_destroy(host, system);
        task->system = NULL;
    } else if (lifecycle && kind != REQUEST_START && system->state != STATE_EXITED)
        step_back(system);
    task_answer(host, task, result, document);
    if (kind == REQUEST_START && lifecycle)
        end_system(host, system, HOST_END_UNEXPECTED, result, result);
    return kind == REQUEST_CREATE_SYSTEM;
}

/* Applies the effect of a lifecycle call that has succeeded, and answers it. */
static void finish_lifecycle(struct host *host, struct host_system *system, struct host_task *task)
{
    enum request_kind kind = task->request->kind;
    if (kind == REQUEST_TERMINATE) /* HCS-ROW: S-09 completion means that the system is stopped */
        end_system(host, system, HOST_END_FORCED, S_OK, S_OK);
    else if (!ends_system(kind))
        system_reach_state(host, system, kind);
    else if (kind == REQUEST_SHUT_DOWN) {
        system->before = STATE_STOPPING; /* it keeps stopping if another call to end it, in progress now, fails */
        system->shut_down = true;
    }
    task_answer(host, task, S_OK, NULL); /* HCS-ROW: S-13 a shut down completes when delivered; the exit comes later */
    if (kind == REQUEST_CRASH)
        end_crashed(host, system);
}

void system_finish(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct host_system *system = task->system;
    bool lifecycle = system->lifecycle == task;
    CHECK(!task->listed && !task->acting);
    if (lifecycle) /* the task is freed below */
        system->lifecycle = NULL;
    if (FAILED(task->decision)) {
        if (finish_failure(host, system, task, lifecycle))
            return;
    } else if (task->request->kind == REQUEST_CREATE_SYSTEM) {
        system_enter(system, system->back);
        task_answer(host, task, S_OK, NULL);
    } else if (task->request->kind == REQUEST_PROPERTIES) {
        properties_finish(host, task);
    } else if (task->request->kind == REQUEST_MODIFY) {
        modify_finish(host, task);
    } else if (system->state == STATE_EXITED) {
        task_answer(host, task, S_OK, NULL);
    } else {
        finish_lifecycle(host, system, task);
    }
    if (system->lifecycle && system->lifecycle->overtaken)
        task_go_on(host, system->lifecycle); /* may end and free the system, so nothing follows */
    else
        end_settle(host, system);
}
