/* The exports of the group ComputeSystem. computecore.h has HRESULTs, parameters and pages. */
#include "argument.h"
#include "blocking.h"
#include "call.h"
#include "base/text/digest.h"
#include "base/text/utf16.h"
#include <computecore.h>
#include <string.h>

/* HCS-ROW: H-07, C-19 the handle of a create that fails later never refers to another system */
HRESULT HcsCreateComputeSystem(PCWSTR id, PCWSTR configuration, HCS_OPERATION operation,
    const SECURITY_DESCRIPTOR *securityDescriptor, HCS_SYSTEM *computeSystem)
{
    struct call call;
    char name[ARGUMENT_ID_BYTES];
    if (computeSystem)
        *computeSystem = NULL;
    call_open(&call, NAME_OF(HcsCreateComputeSystem), HcsOperationTypeCreate, operation);
    call_require(&call, computeSystem != NULL, E_INVALIDARG, "computeSystem must not be NULL");
    call_require(&call, !securityDescriptor, E_INVALIDARG, "securityDescriptor must be NULL");
    call_require(&call, argument_id(id, name), E_INVALIDARG, "the id must have 1 to 256 printable characters");
    call_accepted_document(&call, configuration, TYPE_ComputeSystem);
    if (!call_begin(&call))
        return call_end(&call);
    struct system *system = system_create();
    struct client_handle *handle = system ? client_handle_open(HANDLE_SYSTEM, system, true) : NULL;
    if (system)
        system_unref(system); /* the handle keeps it alive */
    if (!handle) {
        call_abandon(&call, E_OUTOFMEMORY);
        return call_end(&call);
    }
    *computeSystem = (HCS_SYSTEM)(uintptr_t)handle->value;
    call.operation->request.system = system;
    call.operation->request.id = name;
    call.operation->system_value = handle->value;
    operation_cover(call.operation, handle);
    call_submit(&call, REQUEST_CREATE_SYSTEM);
    return call_end(&call);
}

static HRESULT open_system(const char *name, HCS_SYSTEM *computeSystem)
{
    CHECK_HELD();
    struct request request = {.kind = REQUEST_OPEN_SYSTEM, .id = name};
    progress_poll(digest_text(name));
    HRESULT result = call_now(&request);
    *computeSystem = (HCS_SYSTEM)(uintptr_t)request.opened;
    return result;
}

/* HCS-ROW: H-08, H-09 */
HRESULT HcsOpenComputeSystem(PCWSTR id, DWORD requestedAccess, HCS_SYSTEM *computeSystem)
{
    char name[ARGUMENT_ID_BYTES];
    if (!computeSystem)
        return E_INVALIDARG;
    *computeSystem = NULL;
    if (requestedAccess != GENERIC_ALL || !argument_id(id, name))
        return E_INVALIDARG;
    core_lock();
    progress_count_call();
    HRESULT result = core_engine() ? open_system(name, computeSystem) : HCS_E_SERVICE_NOT_AVAILABLE;
    core_unlock();
    return result;
}

/* HCS-ROW: H-02, H-11; L1 */
void HcsCloseComputeSystem(HCS_SYSTEM computeSystem)
{
    struct blocking blocking;
    (void)blocking_run(&blocking,
        blocking_close(&blocking, NAME_OF(HcsCloseComputeSystem), computeSystem, HANDLE_SYSTEM)); /* returns nothing */
}

HRESULT HcsEnumerateComputeSystems(PCWSTR query, HCS_OPERATION operation)
{
    struct call call;
    call_open(&call, NAME_OF(HcsEnumerateComputeSystems), HcsOperationTypeEnumerate, operation);
    call_optional_document(&call, query, TYPE_SystemQuery);
    return call_simple(&call, REQUEST_ENUMERATE);
}

/* For Start, Resume and Terminate, whose options are reserved. */
static HRESULT plain_call(
    const char *function, int type, enum request_kind kind, HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options)
{
    struct call call;
    call_open(&call, function, type, operation);
    call_target(&call, system, HANDLE_SYSTEM);
    call_reserved_document(&call, options);
    return call_simple(&call, kind);
}

/* For Pause, Save and Crash, whose options are a document of a type; an empty string counts as no document (C-07). */
static HRESULT option_call(const char *function, int type, enum request_kind kind, HCS_SYSTEM system,
    HCS_OPERATION operation, PCWSTR options, enum spec_type document)
{
    struct call call;
    call_open(&call, function, type, operation);
    call_target(&call, system, HANDLE_SYSTEM);
    if (options && options[0])
        call_optional_document(&call, options, document);
    return call_simple(&call, kind);
}

HRESULT HcsStartComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR options)
{
    return plain_call(
        NAME_OF(HcsStartComputeSystem), HcsOperationTypeStart, REQUEST_START, computeSystem, operation, options);
}

HRESULT HcsShutDownComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR options)
{
    return plain_call(NAME_OF(HcsShutDownComputeSystem), HcsOperationTypeShutdown, REQUEST_SHUT_DOWN, computeSystem,
        operation, options);
}

HRESULT HcsTerminateComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR options)
{
    return plain_call(NAME_OF(HcsTerminateComputeSystem), HcsOperationTypeTerminate, REQUEST_TERMINATE, computeSystem,
        operation, options);
}

HRESULT HcsResumeComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR options)
{
    return plain_call(
        NAME_OF(HcsResumeComputeSystem), HcsOperationTypeResume, REQUEST_RESUME, computeSystem, operation, options);
}

HRESULT HcsCrashComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR options)
{
    return option_call(NAME_OF(HcsCrashComputeSystem), HcsOperationTypeCrash, REQUEST_CRASH, computeSystem, operation,
        options, TYPE_CrashOptions);
}

HRESULT HcsPauseComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR options)
{
    return option_call(NAME_OF(HcsPauseComputeSystem), HcsOperationTypePause, REQUEST_PAUSE, computeSystem, operation,
        options, TYPE_PauseOptions);
}

HRESULT HcsSaveComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR options)
{
    return option_call(NAME_OF(HcsSaveComputeSystem), HcsOperationTypeSave, REQUEST_SAVE, computeSystem, operation,
        options, TYPE_SaveOptions);
}

HRESULT HcsGetComputeSystemProperties(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR propertyQuery)
{
    struct call call;
    call_open(&call, NAME_OF(HcsGetComputeSystemProperties), HcsOperationTypeGetProperties, operation);
    call_target(&call, computeSystem, HANDLE_SYSTEM);
    call_optional_document(&call, propertyQuery, TYPE_System_PropertyQuery);
    return call_simple(&call, REQUEST_PROPERTIES);
}

HRESULT HcsModifyComputeSystem(HCS_SYSTEM computeSystem, HCS_OPERATION operation, PCWSTR configuration, HANDLE identity)
{
    struct call call;
    (void)identity; /* the user to act as; no engine can act as another user */
    call_open(&call, NAME_OF(HcsModifyComputeSystem), HcsOperationTypeModify, operation);
    call_target(&call, computeSystem, HANDLE_SYSTEM);
    call_accepted_document(&call, configuration, TYPE_ModifySettingRequest);
    return call_simple(&call, REQUEST_MODIFY);
}

/* HCS-ROW: E-01, C-18 options that newer headers add are accepted */
HRESULT HcsSetComputeSystemCallback(
    HCS_SYSTEM computeSystem, HCS_EVENT_OPTIONS callbackOptions, const void *context, HCS_EVENT_CALLBACK callback)
{
    struct blocking blocking;
    return blocking_run(&blocking, blocking_register(&blocking, NAME_OF(HcsSetComputeSystemCallback), computeSystem,
                                       HANDLE_SYSTEM, callbackOptions, context, callback));
}

/* HCS-ROW: W-01, W-02, W-03 */
HRESULT HcsWaitForComputeSystemExit(HCS_SYSTEM computeSystem, DWORD timeoutMs, PWSTR *result)
{
    struct blocking blocking;
    return blocking_run(&blocking, blocking_exit(&blocking, NAME_OF(HcsWaitForComputeSystemExit), computeSystem,
                                       HANDLE_SYSTEM, timeoutMs, result));
}
