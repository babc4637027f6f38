/* The exports of the group Operations. computecore.h has HRESULTs, parameters and pages. */
#include "blocking.h"
#include "call.h"
#include "core/trace.h"
#include <computecore.h>
#include <stdlib.h>
#include <string.h>

HCS_OPERATION HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback)
{
    core_lock();
    trace_take_effect();
    struct operation *operation = operation_create(context, callback);
    uint64_t value = operation ? operation->value : 0;
    core_unlock();
    return (HCS_OPERATION)(uintptr_t)value;
}

/* HCS-ROW: H-02, O-16, O-17; L2 */
void HcsCloseOperation(HCS_OPERATION operation)
{
    struct blocking blocking;
    (void)blocking_run(&blocking,
        blocking_close(&blocking, NAME_OF(HcsCloseOperation), operation, HANDLE_OPERATION)); /* returns nothing */
}

/* Returns a live operation with a reference, and takes the lock. If there is none, reports the misuse and returns NULL,
   without the lock. */
static struct operation *acquire(HCS_OPERATION operation, const char *function)
{
    CHECK(!core_is_held());
    struct operation *found = operation_ref(value_of(operation));
    if (!found) {
        (void)error_misuse(value_of(operation), function); /* the caller returns a value of its own in this case */
        return NULL;
    }
    core_lock();
    progress_count_call();
    return found;
}

static void release(struct operation *operation)
{
    CHECK_HELD();
    operation_unref(operation);
    core_unlock();
}

void *HcsGetOperationContext(HCS_OPERATION operation)
{
    struct operation *found = acquire(operation, NAME_OF(HcsGetOperationContext));
    if (!found)
        return NULL;
    void *context = (void *)(uintptr_t)found->context;
    release(found);
    return context;
}

HRESULT HcsSetOperationContext(HCS_OPERATION operation, const void *context)
{
    struct operation *found = acquire(operation, NAME_OF(HcsSetOperationContext));
    if (!found)
        return operation ? E_HANDLE : E_INVALIDARG;
    operation_set_context(found, context);
    release(found);
    return S_OK;
}

HRESULT HcsSetOperationCallback(HCS_OPERATION operation, const void *context, HCS_OPERATION_COMPLETION callback)
{
    struct blocking blocking;
    return blocking_run(
        &blocking, blocking_set_callback(&blocking, NAME_OF(HcsSetOperationCallback), operation, context, callback));
}

/* HCS-ROW: O-23 returns a handle that the caller must not close; NULL for an operation that was never started */
HCS_SYSTEM HcsGetComputeSystemFromOperation(HCS_OPERATION operation)
{
    struct operation *found = acquire(operation, NAME_OF(HcsGetComputeSystemFromOperation));
    if (!found)
        return NULL;
    uint64_t value = handle_is_live(found->system_value, HANDLE_SYSTEM) ? found->system_value : 0;
    release(found);
    return (HCS_SYSTEM)(uintptr_t)value;
}

HCS_PROCESS HcsGetProcessFromOperation(HCS_OPERATION operation)
{
    struct operation *found = acquire(operation, NAME_OF(HcsGetProcessFromOperation));
    if (!found)
        return NULL;
    uint64_t value = handle_is_live(found->process_value, HANDLE_PROCESS) ? found->process_value : 0;
    release(found);
    return (HCS_PROCESS)(uintptr_t)value;
}

HCS_OPERATION_TYPE HcsGetOperationType(HCS_OPERATION operation)
{
    struct operation *found = acquire(operation, NAME_OF(HcsGetOperationType));
    if (!found)
        return HcsOperationTypeNone;
    int type = found->type;
    release(found);
    return (HCS_OPERATION_TYPE)type;
}

UINT64 HcsGetOperationId(HCS_OPERATION operation)
{
    struct operation *found = acquire(operation, NAME_OF(HcsGetOperationId));
    if (!found)
        return HCS_INVALID_OPERATION_ID;
    uint64_t id = found->id;
    release(found);
    return id;
}

/* HCS-ROW: O-25 has no effect on the request */
HRESULT HcsCancelOperation(HCS_OPERATION operation)
{
    struct operation *found = acquire(operation, NAME_OF(HcsCancelOperation));
    if (!found)
        return operation ? E_HANDLE : E_INVALIDARG;
    release(found);
    return E_NOTIMPL;
}

static HRESULT read_result(HCS_OPERATION operation, const char *function, struct reading reading)
{
    struct blocking blocking;
    return blocking_run(&blocking, blocking_read(&blocking, function, operation, reading));
}

HRESULT HcsGetOperationResult(HCS_OPERATION operation, PWSTR *resultDocument)
{
    return read_result(operation, NAME_OF(HcsGetOperationResult),
        (struct reading){0, HCS_E_OPERATION_PENDING, false, NULL, resultDocument});
}

HRESULT HcsGetOperationResultAndProcessInfo(
    HCS_OPERATION operation, HCS_PROCESS_INFORMATION *processInformation, PWSTR *resultDocument)
{
    return read_result(operation, NAME_OF(HcsGetOperationResultAndProcessInfo),
        (struct reading){0, HCS_E_OPERATION_PENDING, true, processInformation, resultDocument});
}

HRESULT HcsWaitForOperationResult(HCS_OPERATION operation, DWORD timeoutMs, PWSTR *resultDocument)
{
    return read_result(operation, NAME_OF(HcsWaitForOperationResult),
        (struct reading){timeoutMs, HCS_E_OPERATION_TIMEOUT, false, NULL, resultDocument});
}

HRESULT HcsWaitForOperationResultAndProcessInfo(
    HCS_OPERATION operation, DWORD timeoutMs, HCS_PROCESS_INFORMATION *processInformation, PWSTR *resultDocument)
{
    return read_result(operation, NAME_OF(HcsWaitForOperationResultAndProcessInfo),
        (struct reading){timeoutMs, HCS_E_OPERATION_TIMEOUT, true, processInformation, resultDocument});
}
