/* The exports of the group Process. computecore.h has HRESULTs, parameters and pages. */
#include "blocking.h"
#include "call.h"
#include <computecore.h>

/* HCS-ROW: H-07, P-16 the handle stays open if the operation fails later */
HRESULT HcsCreateProcess(HCS_SYSTEM computeSystem, PCWSTR processParameters, HCS_OPERATION operation,
    const SECURITY_DESCRIPTOR *securityDescriptor, HCS_PROCESS *process)
{
    struct call call;
    if (process)
        *process = NULL;
    call_open(&call, NAME_OF(HcsCreateProcess), HcsOperationTypeCreateProcess, operation);
    call_target(&call, computeSystem, HANDLE_SYSTEM);
    call_require(&call, process != NULL, E_INVALIDARG, "process must not be NULL");
    call_require(&call, !securityDescriptor, E_INVALIDARG, "securityDescriptor must be NULL"); /* HCS-ROW: P-13 */
    call_document(&call, processParameters, TYPE_ProcessParameters);
    if (!call_begin(&call))
        return call_end(&call);
    struct process *object = process_create(call.handle->system);
    struct client_handle *handle = object ? client_handle_open(HANDLE_PROCESS, object, true) : NULL;
    if (object)
        process_unref(object); /* the handle holds its own reference */
    if (!handle) {
        call_abandon(&call, E_OUTOFMEMORY);
        return call_end(&call);
    }
    *process = (HCS_PROCESS)(uintptr_t)handle->value;
    call.operation->request.process = object;
    call.operation->process_value = handle->value;
    call.operation->creator = true;
    call_submit(&call, REQUEST_CREATE_PROCESS);
    return call_end(&call);
}

static HRESULT open_process(struct client_handle *system, DWORD processId, HCS_PROCESS *process)
{
    CHECK_HELD();
    struct request request = {
        .kind = REQUEST_OPEN_PROCESS, .system = system->system, .process_id = processId, .handle = system->value};
    progress_poll(system->value ^ processId);
    HRESULT result = call_now(&request);
    *process = (HCS_PROCESS)(uintptr_t)request.opened;
    return result;
}

/* HCS-ROW: P-40, P-41 */
HRESULT HcsOpenProcess(HCS_SYSTEM computeSystem, DWORD processId, DWORD requestedAccess, HCS_PROCESS *process)
{
    if (process)
        *process = NULL;
    struct client_handle *system = client_handle_ref(value_of(computeSystem), HANDLE_SYSTEM);
    if (!system)
        return error_misuse(value_of(computeSystem), NAME_OF(HcsOpenProcess));
    core_lock();
    progress_count_call();
    HRESULT result = !process || requestedAccess != GENERIC_ALL ? E_INVALIDARG
                     : !core_engine()                           ? HCS_E_SERVICE_NOT_AVAILABLE
                     : system->disconnected                     ? HCS_E_SERVICE_DISCONNECT
                                                                : open_process(system, processId, process);
    client_handle_unref(system);
    core_unlock();
    return result;
}

/* HCS-ROW: H-21; L1 */
void HcsCloseProcess(HCS_PROCESS process)
{
    struct blocking blocking;
    (void)blocking_run(
        &blocking, blocking_close(&blocking, NAME_OF(HcsCloseProcess), process, HANDLE_PROCESS)); /* returns nothing */
}

static void open_on_process(
    struct call *call, const char *function, int type, HCS_OPERATION operation, HCS_PROCESS process)
{
    handle_prefetch(value_of(process), HANDLE_PROCESS);
    call_open(call, function, type, operation);
    call_target(call, process, HANDLE_PROCESS);
}

HRESULT HcsTerminateProcess(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR options)
{
    struct call call;
    open_on_process(
        &call, NAME_OF(HcsTerminateProcess), HcsOperationTypeSignalProcess, operation, process); /* HCS-ROW: O-30 */
    call_reserved_document(&call, options);
    return call_simple(&call, REQUEST_TERMINATE_PROCESS);
}

HRESULT HcsSignalProcess(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR options)
{
    struct call call;
    open_on_process(&call, NAME_OF(HcsSignalProcess), HcsOperationTypeSignalProcess, operation, process);
    if (options && options[0])
        call_optional_document(&call, options, TYPE_SignalProcessOptions);
    return call_simple(&call, REQUEST_SIGNAL_PROCESS);
}

HRESULT HcsGetProcessInfo(HCS_PROCESS process, HCS_OPERATION operation)
{
    struct call call;
    open_on_process(&call, NAME_OF(HcsGetProcessInfo), HcsOperationTypeGetProcessInfo, operation, process);
    if (!call_begin(&call))
        return call_end(&call);
    call.operation->creator = call.handle->creator; /* HCS-ROW: P-20 */
    call_submit(&call, REQUEST_PROCESS_INFO);
    return call_end(&call);
}

HRESULT HcsGetProcessProperties(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR propertyQuery)
{
    struct call call;
    open_on_process(&call, NAME_OF(HcsGetProcessProperties), HcsOperationTypeGetProcessProperties, operation, process);
    call_optional_document(&call, propertyQuery, TYPE_ProcessStatus);
    return call_simple(&call, REQUEST_PROCESS_PROPERTIES);
}

HRESULT HcsModifyProcess(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR settings)
{
    struct call call;
    open_on_process(&call, NAME_OF(HcsModifyProcess), HcsOperationTypeModifyProcess, operation, process);
    call_document(&call, settings, TYPE_ProcessModifyRequest);
    return call_simple(&call, REQUEST_MODIFY_PROCESS);
}

/* HCS-ROW: E-26 the context may be NULL */
HRESULT HcsSetProcessCallback(
    HCS_PROCESS process, HCS_EVENT_OPTIONS callbackOptions, void *context, HCS_EVENT_CALLBACK callback)
{
    struct blocking blocking;
    return blocking_run(&blocking, blocking_register(&blocking, NAME_OF(HcsSetProcessCallback), process, HANDLE_PROCESS,
                                       callbackOptions, context, callback));
}

HRESULT HcsWaitForProcessExit(HCS_PROCESS process, DWORD timeoutMs, PWSTR *result)
{
    struct blocking blocking;
    return blocking_run(&blocking,
        blocking_exit(&blocking, NAME_OF(HcsWaitForProcessExit), process, HANDLE_PROCESS, timeoutMs, result));
}
