/* What the fault plan does to calls. Entry points: sim_admit(), sim_admit_property(),
   sim_apply_faults(). */
#include "core/trace.h"
#include "core/lock.h"
#include "ended.h"
#include "guest/guest.h"
#include "host/configuration.h"
#include "sim.h"
#include "spec_hresults.h"
#include <string.h>

static struct fault_subject subject_of(
    const struct sim *sim, enum request_kind call, const char *id, const struct host_system *system)
{
    struct fault_subject subject = {.call = call,
        .id = id,
        .matrix = -1,
        .state = -1,
        .now = sim->now,
        .since_start = UINT64_MAX,
        .since_exit = ended_since(sim, id)};
    if (!system)
        return subject;
    subject.matrix = (int)system->matrix;
    subject.state = (int)system->state;
    if (system->was_started)
        subject.since_start = sim->now - system->started;
    return subject;
}

/* Sets the resource or properties that the document of a request is about. */
static void take_document(const struct request *request, struct fault_subject *subject)
{
    const struct document *document = request->document;
    if (document && request->kind == REQUEST_MODIFY)
        subject->resource = document_string(document, ModifySettingRequest_ResourcePath);
    else if (document && request->kind == REQUEST_PROPERTIES)
        subject->properties = document->member[System_PropertyQuery_PropertyTypes];
    else if (document && request->kind == REQUEST_GET_SERVICE_PROPERTIES)
        subject->properties = document->member[Service_PropertyQuery_PropertyTypes];
}

_Static_assert(FAULT_EFFECTS - 1 == TRACE_FAULTS, "each effect has its word in the trace");

/* HCS-ROW: H-26 every call of a client that is not elevated fails */
const struct fault *sim_fault(
    struct sim *sim, const struct request *request, const char *id, const struct host_system *system, bool refused)
{
    enum request_kind call = request->kind;
    CHECK_HELD();
    static const struct fault denied = {.effect = FAULT_FAIL, .result = HCS_E_ACCESS_DENIED};
    struct scenario *scenario = &sim->scenario;
    const struct fault *fault = NULL;
    if (scenario->denied && !refused) {
        trace_fault(TRACE_FAULT_FAIL, denied.result);
        return &denied;
    }
    sim->exposed[call] += !refused;
    if (sim->is_forced && !refused) {
        fault = &sim->forced;
    } else if (scenario->fault_count && !sim->faults_are_over) {
        struct fault_subject subject = subject_of(sim, call, id, system);
        subject.refused = refused;
        subject.handle = request->handle;
        take_document(request, &subject);
        fault = fault_find(scenario->faults, scenario->fault_count, &subject, &sim->random);
    }
    sim->is_forced &= refused;
    if (fault)
        trace_fault((enum trace_fault)(fault->effect - 1), fault->result);
    return fault;
}

void sim_force_fault(struct sim *sim, const struct fault *fault)
{
    CHECK_HELD();
    sim->is_forced = fault;
    if (fault)
        sim->forced = *fault;
}

void sim_handle_closed(struct engine *engine, uint64_t handle)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)engine;
    for (unsigned i = 0; i < sim->scenario.fault_count; i++)
        fault_forget(&sim->scenario.faults[i], handle);
}

void sim_leave_plan(struct sim *sim)
{
    CHECK_HELD();
    while (sim->scenario.fault_count)
        fault_free(&sim->scenario.faults[--sim->scenario.fault_count]);
}

void sim_end_faults(struct sim *sim)
{
    CHECK_HELD();
    sim->faults_are_over = true;
}

HRESULT sim_admit(struct host *host, const struct request *request, const char *id, struct host_system *system)
{
    const struct fault *fault = sim_fault((struct sim *)host, request, id, system, false);
    return fault ? fault->result : S_OK;
}

HRESULT sim_admit_property(struct host *host, const char *name, const struct host_system *system)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)host;
    struct scenario *scenario = &sim->scenario;
    if (!scenario->fault_count || sim->faults_are_over)
        return S_OK;
    struct fault_subject subject = subject_of(
        sim, system ? REQUEST_PROPERTIES : REQUEST_GET_SERVICE_PROPERTIES, system ? system->id : NULL, system);
    subject.property = name;
    const struct fault *fault = fault_find(scenario->faults, scenario->fault_count, &subject, &sim->random);
    if (!fault)
        return S_OK;
    trace_property_fault(name, fault->result);
    return fault->result;
}

static bool is_about_process(const struct host_task *task)
{
    return spec_requests[task->request->kind].about == ABOUT_PROCESS;
}

/* Applies the effects that change how the system exits later. */
static void change_end(struct sim_system *system, const struct fault *fault, bool process)
{
    if (!process && fault->effect == FAULT_LOSE_EXIT) {
        system->lose_exit = true;
        system->exit_kept_by = fault->number;
    }
    system->lose_status |= fault->effect == FAULT_LOSE_STATUS;
    system->await_callback |= fault->effect == FAULT_AWAIT_CALLBACK;
    if (!process && fault->effect == FAULT_DELAY_EXIT)
        system->exit_delay = fault->delay;
}

/* Lets the system exit, or its guest reset. HCS-ROW: R-04, F-19 a call on the system fails with an unexpected exit. */
static void exit_now(struct sim *sim, struct host_task *task, const struct fault *fault)
{
    static const enum host_end ends[] = {[FAULT_EXIT_UNEXPECTED] = HOST_END_WORKER,
        [FAULT_EXIT_GRACEFUL] = HOST_END_GRACEFUL,
        [FAULT_EXIT_FORCED] = HOST_END_FORCED,
        [FAULT_EXIT_TRIPLE_FAULT] = HOST_END_TRIPLE_FAULT,
        [FAULT_EXIT_GUEST_CRASH] = HOST_END_CRASH};
    struct sim_system *system = (struct sim_system *)task->system;
    bool resets = fault->exit == FAULT_EXIT_RESET;
    enum host_end end = resets ? sim_end_of_reset(sim, &system->host) : ends[fault->exit];
    if (!is_about_process(task) && sim_is_unexpected(end))
        task->decision = host_end_result(&system->host, end, task->request->kind, HCS_E_UNEXPECTED_EXIT);
    if (resets)
        sim_power_later(sim, system, 0, true);
    else
        sim_exit_later(sim, system, 0, end);
}

/* Lets the task succeed without an effect. */
static void ignore(struct host_task *task)
{
    task->decision = S_OK; /* the state may have refused it */
    task->ignored = task->request->kind != REQUEST_MODIFY;
    if (task->ignored)
        return;
    modification_free(task->modification);
    task->modification = NULL;
}

/* HCS-ROW: F-14, F-15 */
static char *document_of(const struct fault *fault, const struct host_task *task)
{
    return fault->document ? strdup(fault->document)
                           : host_failure_document(task, fault->result, fault->events, fault->attribution);
}

enum backend_way sim_apply_faults(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)host;
    struct host_system *system = task->system;
    bool process = is_about_process(task);
    const struct fault *fault = sim_fault(sim, task->request, system->id, system, FAILED(task->decision));
    if (!fault || (system->state == STATE_EXITED && fault->effect != FAULT_FAIL))
        return BACKEND_COMPLETES; /* other faults can't hit an exited system: it has no exit left to wait for */
    if (process && task->process)
        guest_apply_fault((struct sim_process *)task->process, fault);
    switch (fault->effect) {
    case FAULT_FAIL:
        task->decision = fault->result;
        task->document = document_of(fault, task); /* without memory the usual one is given */
        break;
    case FAULT_DISCONNECT:
        task->decision = HCS_E_SERVICE_DISCONNECT;
        host_disconnect(host);
        break;
    case FAULT_CLOSE_CONNECTION: /* HCS-ROW: R-02 pending calls to the guest fail, then the system exits */
        task->decision = HCS_E_CONNECTION_CLOSED;
        host_cut_guest(host, system, HCS_E_CONNECTION_CLOSED);
        sim_exit_later(sim, (struct sim_system *)system, 0, HOST_END_UNEXPECTED);
        break;
    case FAULT_EXIT:
        exit_now(sim, task, fault);
        break;
    case FAULT_IGNORE: /* HCS-ROW: F-27 */
        ignore(task);
        break;
    case FAULT_HANG:
        task->kept_by = fault->number;
        if (task->request->kind == REQUEST_PAUSE && SUCCEEDED(task->decision))
            guest_pause_all(sim, system);
        return BACKEND_HOLDS;
    case FAULT_LOSE_EXIT:
    case FAULT_DELAY_EXIT:
    case FAULT_LOSE_STATUS:
    case FAULT_AWAIT_CALLBACK:
        change_end((struct sim_system *)system, fault, process);
        break;
    case FAULT_LOSE_OUTPUT: /* of processes alone: guest_apply_fault() */
    case FAULT_END_PROCESS:
    case FAULT_AWAIT_EXIT:
    case FAULT_NONE:
    case FAULT_EFFECTS:
        break;
    }
    return BACKEND_COMPLETES;
}
