/* How systems end, by themselves or by request. Entry points: end_system(), end_settle(). */
#include "base/check.h"
#include "core/lock.h"
#include "base/text/json_writer.h"
#include "core/event.h"
#include "host.h"
#include "spec_hresults.h"
#include <computecore.h>

/* HCS-ROW: F-19 the exit code of a worker process that ended unexpectedly; what hypervisors call a triple fault. */
enum { WORKER_DIED = 255 };
static const int64_t triple_fault = 0x80000021;

/* What exit documents say of each end. */
static const struct end_words {
    const char *type, *detail, *by;     /* of the system */
    const char *worker, *worker_detail; /* of a virtual machine's worker process; NULL: nothing is said of it */
} ends[HOST_ENDS] = {
    [HOST_END_GRACEFUL] = {VALUE_NotificationType_GracefulExit, VALUE_SystemExitDetail_Shutdown,
        VALUE_ExitInitiator_GuestOS, VALUE_WorkerExitType_Stopped, VALUE_WorkerExitDetail_PowerOff},
    [HOST_END_FORCED] = {VALUE_NotificationType_ForcedExit, VALUE_SystemExitDetail_Terminate,
        VALUE_ExitInitiator_Client, NULL, NULL},
    [HOST_END_UNEXPECTED] = {VALUE_NotificationType_UnexpectedExit, VALUE_SystemExitDetail_UnexpectedExit,
        VALUE_ExitInitiator_Unknown, NULL, NULL},
    [HOST_END_RESET] = {VALUE_NotificationType_GracefulExit, VALUE_SystemExitDetail_Shutdown,
        VALUE_ExitInitiator_GuestOS, VALUE_WorkerExitType_StoppedOnReset, VALUE_WorkerExitDetail_Reset},
    [HOST_END_RESET_FAILED] = {VALUE_NotificationType_UnexpectedExit, VALUE_SystemExitDetail_UnexpectedExit,
        VALUE_ExitInitiator_Internal, VALUE_WorkerExitType_ResetFailed, VALUE_WorkerExitDetail_ResetStartFailure},
    [HOST_END_WORKER] = {VALUE_NotificationType_UnexpectedExit, VALUE_SystemExitDetail_UnexpectedExit,
        VALUE_ExitInitiator_Unknown, VALUE_WorkerExitType_UnexpectedStop, VALUE_WorkerExitDetail_ProcessUnexpectedExit},
    [HOST_END_TRIPLE_FAULT] = {VALUE_NotificationType_UnexpectedExit, VALUE_SystemExitDetail_UnexpectedExit,
        VALUE_ExitInitiator_GuestOS, VALUE_WorkerExitType_UnrecoverableError, VALUE_WorkerExitDetail_TripleFault},
    [HOST_END_CRASH] = {VALUE_NotificationType_UnexpectedExit, VALUE_SystemExitDetail_UnexpectedExit,
        VALUE_ExitInitiator_GuestOS, VALUE_WorkerExitType_Stopped, VALUE_WorkerExitDetail_GuestCrash},
    [HOST_END_CRASH_ASKED] = {VALUE_NotificationType_UnexpectedExit, VALUE_SystemExitDetail_UnexpectedExit,
        VALUE_ExitInitiator_Client, VALUE_WorkerExitType_Stopped, VALUE_WorkerExitDetail_GuestCrash},
};

static void write_worker(struct writer *writer, enum host_end end, const char *by)
{
    writer_open(writer, NULL, '{');
    writer_open(writer, FIELD_AttributionRecord_WorkerExit, '{');
    writer_integer(writer, FIELD_WorkerExit_ExitCode, end == HOST_END_WORKER ? WORKER_DIED : 0);
    writer_string(writer, FIELD_WorkerExit_Type, ends[end].worker);
    writer_string(writer, FIELD_WorkerExit_Detail, ends[end].worker_detail);
    writer_string(writer, FIELD_WorkerExit_Initiator, by);
    writer_close(writer, '}');
    writer_close(writer, '}');
}

static bool is_crash(enum host_end end)
{
    return end == HOST_END_CRASH || end == HOST_END_CRASH_ASKED;
}

/* HCS-ROW: F-18, F-19, E-27 who ended the system, and how its worker process ended. A host has the member whatever the
   schema version of the configuration. */
static void write_attribution(struct writer *writer, const struct host_system *system)
{
    enum host_end end = system->end;
    bool asked = end == HOST_END_GRACEFUL && system->shut_down, vm = system->matrix == MATRIX_VirtualMachine;
    const char *by = asked ? VALUE_ExitInitiator_Client : ends[end].by;
    writer_open(writer, FIELD_SystemExitStatus_Attribution, '[');
    writer_open(writer, NULL, '{');
    writer_open(writer, FIELD_AttributionRecord_SystemExit, '{');
    writer_string(writer, FIELD_SystemExit_Detail, ends[end].detail);
    writer_string(writer, FIELD_SystemExit_Initiator, by);
    writer_close(writer, '}');
    writer_close(writer, '}');
    if (vm && end == HOST_END_TRIPLE_FAULT) {
        writer_open(writer, NULL, '{');
        writer_open(writer, FIELD_AttributionRecord_TripleFault, '{');
        writer_integer(writer, FIELD_TripleFault_ErrorType, triple_fault);
        writer_close(writer, '}');
        writer_close(writer, '}');
    }
    if (vm && is_crash(end)) {
        writer_open(writer, NULL, '{');
        writer_open(writer, FIELD_AttributionRecord_GuestCrash, '{');
        crash_write_parameters(writer, FIELD_GuestCrash_CrashParameters, system);
        writer_close(writer, '}');
        writer_close(writer, '}');
    }
    if (vm && ends[end].worker)
        write_worker(writer, end, by);
    writer_close(writer, ']');
}

/* HCS-ROW: E-24, E-25, C-29 */
static const char *exit_document(const struct host *host, const struct host_system *system, char *bytes, size_t size)
{
    struct writer writer = {.text = {.bytes = bytes, .capacity = size, .limit = size - 1}}; /* does not allocate */
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, FIELD_SystemExitStatus_Status, system->exit_status);
    if (host_knows(host, TYPE_SystemExitStatus, SystemExitStatus_ExitType)) /* HCS-ROW: E-24 */
        writer_string(&writer, FIELD_SystemExitStatus_ExitType, end_type(system));
    if (host_knows(host, TYPE_SystemExitStatus, SystemExitStatus_Attribution))
        write_attribution(&writer, system);
    writer_close(&writer, '}');
    CHECK(!writer.text.failed);
    return bytes;
}

bool ends_system(enum request_kind kind)
{
    CHECK_HELD();
    return spec_requests[kind].ends;
}

const char *end_type(const struct host_system *system)
{
    CHECK_HELD();
    CHECK(system->end != HOST_END_NONE);
    return ends[system->end].type;
}

/* HCS-ROW: F-19 */
HRESULT host_end_result(const struct host_system *system, enum host_end end, enum request_kind kind, HRESULT usual)
{
    CHECK_HELD();
    bool vm = system->matrix == MATRIX_VirtualMachine;
    return vm && end == HOST_END_TRIPLE_FAULT && kind == REQUEST_MODIFY ? WBEM_E_FAILED : usual;
}

static HRESULT result_of_end(const struct host_task *task)
{
    if (FAILED(task->decision))
        return task->decision;
    if (task->request->kind == REQUEST_START)
        return HCS_E_TERMINATED_DURING_START;
    bool process = task_is_about_process(task) && !spec_requests[task->request->kind].makes;
    return host_end_result(task->system, task->system->end, task->request->kind,
        process ? HCS_E_SYSTEM_ALREADY_STOPPED : HCS_E_TERMINATED);
}

/* HCS-ROW: O-28, S-07 */
void end_pending(struct host *host, struct host_system *system, bool all)
{
    CHECK_HELD();
    struct host_task *next;
    for (struct host_task *task = system->pending; task; task = next) {
        next = task->next;
        if (ends_system(task->request->kind) && task->completes && !all)
            continue; /* requested this end, so the backend completes it */
        task_cut(host, task, result_of_end(task));
    }
    CHECK(!all || !system->pending);
}

static struct host_system *next_hosted(const struct host *host, const char *id)
{
    for (struct host_system *system = host->hosted ? host->first : NULL; system; system = system->next) {
        const char *machine = table_hosting_id(system);
        if (system->state != STATE_EXITED && machine && identity_same(machine, id))
            return system;
    }
    return NULL;
}

/* HCS-ROW: S-24, F-31 systems in a virtual machine end with it */
static void end_hosted(struct host *host, const struct host_system *machine, HRESULT process_result)
{
    struct host_system *system;
    while (machine->matrix == MATRIX_VirtualMachine && (system = next_hosted(host, machine->id))) {
        end_system(host, system, machine->end, machine->exit_status, process_result);
        end_settle(host, system);
    }
}

/* HCS-ROW: E-19 */
static void close_connection(struct host_system *system)
{
    if (system->matrix == MATRIX_VirtualMachine && system->has_guest && system->was_started)
        system_event(system->core, HcsEventSystemGuestConnectionClosed, NULL);
}

void end_system(
    struct host *host, struct host_system *system, enum host_end end, HRESULT status, HRESULT process_result)
{
    CHECK_HELD();
    if (system->state == STATE_EXITED)
        return;
    system->acting++;
    system_enter(system, STATE_EXITED);
    system->lifecycle = NULL;
    system->end = end;
    system->exit_status = status;
    if (end == HOST_END_TRIPLE_FAULT)
        crash_tell_triple_fault(host, system);
    else if (is_crash(end) && system->matrix == MATRIX_VirtualMachine)
        crash_tell(host, system);
    end_hosted(host, system, process_result);
    process_end_all(host, system, process_result); /* HCS-ROW: P-42 processes before the system */
    end_pending(host, system, false);
    CHECK(!system->running);
    close_connection(system);
    if (!host->backend->system_ended || !host->backend->system_ended(host, system))
        host_report_system(host, system);
    system->acting--;
}

void host_report_system(struct host *host, struct host_system *system)
{
    CHECK_HELD();
    char bytes[EVENT_INLINE_BYTES]; /* an exit is told without more memory */
    CHECK(system->state == STATE_EXITED);
    system_event(system->core, HcsEventSystemExited, exit_document(host, system, bytes, sizeof bytes));
}

void host_system_ended(
    struct host *host, struct host_system *system, enum host_end end, HRESULT status, HRESULT process_result)
{
    CHECK_HELD();
    end_system(host, system, end, status, process_result);
    end_settle(host, system);
}

void host_guest_reset(struct host_system *system)
{
    CHECK_HELD();
    CHECK(system->state != STATE_EXITED);
    close_connection(system);
}

void end_crashed(struct host *host, struct host_system *system)
{
    CHECK_HELD();
    end_system(host, system, HOST_END_CRASH_ASKED, HCS_E_UNEXPECTED_EXIT, HCS_E_UNEXPECTED_EXIT);
}

/* HCS-ROW: H-14, H-15, H-18, H-19; L5: a last close during create or start terminates after it */
void end_settle(struct host *host, struct host_system *system)
{
    CHECK_HELD();
    if (system_has_handles(system->core) || system->acting)
        return;
    if (system->state == STATE_EXITED) {
        if (!system->pending)
            table_destroy(host, system);
    } else if (system->terminate_on_close && system->state != STATE_BUSY)
        host->backend->abandon(host, system, BACKEND_LAST_CLOSE);
}

/* --- a restart of the service --- */

/* Lets a lifecycle call take effect although it has failed for its client: the service restarted before it was done. */
static void let_effects_follow(struct host *host, struct host_system *system, enum request_kind kind)
{
    if (ends_system(kind)) {
        host->backend->abandon(host, system, BACKEND_RESTART);
        return;
    }
    if (kind == REQUEST_RESUME && host->backend->resume)
        host->backend->resume(host, system, NULL);
    system_reach_state(host, system, kind);
}

/* HCS-ROW: R-01, O-28; F-20 processes hear of it before their system */
static void disconnect(struct host *host, struct host_system *system)
{
    const struct host_task *lifecycle = system->lifecycle;
    enum request_kind kind = lifecycle ? lifecycle->request->kind : REQUEST_KINDS;
    bool fails = lifecycle && FAILED(lifecycle->decision);
    while (system->pending)
        task_cut(host, system->pending, HCS_E_SERVICE_DISCONNECT);
    system->lifecycle = NULL;
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct host_process *process = host_process_in(system, i);
        if (process)
            process_disconnect(process->core);
    }
    system_disconnect(system->core);
    if (kind == REQUEST_CREATE_SYSTEM && fails) {
        table_destroy(host, system);
        return;
    }
    if (fails)
        end_system(host, system, HOST_END_UNEXPECTED, HCS_E_UNEXPECTED_EXIT, HCS_E_UNEXPECTED_EXIT);
    else if (lifecycle)
        let_effects_follow(host, system, kind);
    end_settle(host, system);
}

void host_disconnect(struct host *host)
{
    struct host_system *next;
    CHECK_HELD();
    for (struct host_system *system = host->first; system; system = next) {
        next = system->next;
        if (next)
            next->acting++; /* keeps it: next may be in this virtual machine and end with it */
        disconnect(host, system);
        if (next)
            next->acting--;
    }
}

/* HCS-ROW: R-02 */
void host_cut_guest(struct host *host, struct host_system *system, HRESULT result)
{
    struct host_task *next;
    CHECK_HELD();
    for (struct host_task *task = system->pending; task; task = next) {
        next = task->next;
        if (task_is_about_process(task))
            task_cut(host, task, result);
    }
}
