/* The exports of the group Operations. HRESULTs, parameters and pages stand in computecore.h. */
#include "call.h"
#include "core/text.h"
#include <computecore.h>
#include <stdlib.h>
#include <string.h>

HCS_OPERATION API(HcsCreateOperation)(const void *context, HCS_OPERATION_COMPLETION callback)
{
    core_lock();
    struct operation *operation = operation_create(context, callback);
    uint64_t value = operation ? operation->value : 0;
    core_unlock();
    return (HCS_OPERATION)(uintptr_t)value;
}

/* HCS-ROW: H-02, O-16, O-17; L2 */
void API(HcsCloseOperation)(HCS_OPERATION operation)
{
    core_lock();
    progress_count_call();
    bool closed = operation_close(value_of(operation));
    core_unlock();
    if (!closed && operation)
        (void)error_misuse(value_of(operation), API_NAME); /* close answers nothing */
}

/* A short look at an operation: NULL after a report if the handle is not live. Takes the lock if it is. */
static struct operation *look_at(HCS_OPERATION operation, const char *function)
{
    struct operation *found = operation_ref(value_of(operation));
    if (!found) {
        (void)error_misuse(value_of(operation), function); /* the caller has a value of its own for it */
        return NULL;
    }
    core_lock();
    progress_count_call();
    return found;
}

static void look_away(struct operation *operation)
{
    operation_unref(operation);
    core_unlock();
}

void *API(HcsGetOperationContext)(HCS_OPERATION operation)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return NULL;
    void *context = (void *)(uintptr_t)found->context;
    look_away(found);
    return context;
}

HRESULT API(HcsSetOperationContext)(HCS_OPERATION operation, const void *context)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return operation ? E_HANDLE : E_INVALIDARG;
    operation_set_context(found, context);
    look_away(found);
    return S_OK;
}

/* HCS-ROW: O-21 a pending operation calls it at completion, a completed one does not */
HRESULT API(HcsSetOperationCallback)(HCS_OPERATION operation, const void *context, HCS_OPERATION_COMPLETION callback)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return operation ? E_HANDLE : E_INVALIDARG;
    HRESULT result = operation_set_callback(found, context, callback);
    look_away(found);
    return result;
}

/* HCS-ROW: O-23 lent handles; NULL for an operation that was never started */
HCS_SYSTEM API(HcsGetComputeSystemFromOperation)(HCS_OPERATION operation)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return NULL;
    uint64_t value = handle_is_live(found->system_value, HANDLE_SYSTEM) ? found->system_value : 0;
    look_away(found);
    return (HCS_SYSTEM)(uintptr_t)value;
}

HCS_PROCESS API(HcsGetProcessFromOperation)(HCS_OPERATION operation)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return NULL;
    uint64_t value = handle_is_live(found->process_value, HANDLE_PROCESS) ? found->process_value : 0;
    look_away(found);
    return (HCS_PROCESS)(uintptr_t)value;
}

HCS_OPERATION_TYPE API(HcsGetOperationType)(HCS_OPERATION operation)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return HcsOperationTypeNone;
    int type = found->type;
    look_away(found);
    return (HCS_OPERATION_TYPE)type;
}

UINT64 API(HcsGetOperationId)(HCS_OPERATION operation)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return HCS_INVALID_OPERATION_ID;
    uint64_t id = found->id;
    look_away(found);
    return id;
}

/* HCS-ROW: O-25 no effect on the request */
HRESULT API(HcsCancelOperation)(HCS_OPERATION operation)
{
    struct operation *found = look_at(operation, API_NAME);
    if (!found)
        return operation ? E_HANDLE : E_INVALIDARG;
    look_away(found);
    return E_NOTIMPL;
}

/* What the four result functions share. */
struct reading {
    DWORD timeout_ms;
    HRESULT unfinished; /* the answer when the time is over */
    bool wants_info;
    HCS_PROCESS_INFORMATION *information;
    PWSTR *document;
};

static HRESULT hand_out(const struct operation_wait *wait, PWSTR *document)
{
    if (!document || !wait->document)
        return wait->result;
    *document = text_to_utf16(wait->document, strlen(wait->document));
    return *document ? wait->result : HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
}

/* A failure without a document of its own gets one that is made from the code. */
static void add_error_document(struct operation_wait *wait)
{
    if (FAILED(wait->result) && !wait->document && wait->type != HcsOperationTypeNone && wait->result != E_HANDLE)
        wait->document = error_document(wait->result, NULL, NULL);
}

static HRESULT read_result(HCS_OPERATION operation, const char *function, const struct reading *reading)
{
    if (reading->document)
        *reading->document = NULL;
    if (reading->information)
        memset(reading->information, 0, sizeof *reading->information);
    struct operation *found = look_at(operation, function);
    if (!found)
        return operation ? E_HANDLE : E_INVALIDARG;
    struct operation_wait wait = {.operation = found, .type = found->type};
    HRESULT result = reading->unfinished;
    bool carries = found->type == HcsOperationTypeCreateProcess || found->type == HcsOperationTypeGetProcessInfo;
    bool done = operation_wait_step(&wait);
    if (reading->wants_info && found->state != OPERATION_FRESH && !carries) {
        /* HCS-ROW: O-26 the operation is of another type */
        operation_wait_end(&wait);
        look_away(found);
        return E_INVALIDARG;
    }
    if (!done && reading->timeout_ms == 0) {
        progress_poll(value_of(operation));
        done = operation_wait_step(&wait);
    }
    if (!done && reading->timeout_ms)
        done = progress_wait(operation_wait_step, &wait, reading->timeout_ms, reading->timeout_ms == INFINITE);
    if (done) {
        if (reading->document)
            add_error_document(&wait);
        result = hand_out(&wait, reading->document);
        if (reading->information && wait.process)
            process_take_information(wait.process, wait.creator, reading->information);
    }
    operation_wait_end(&wait);
    look_away(found);
    return result;
}

HRESULT API(HcsGetOperationResult)(HCS_OPERATION operation, PWSTR *resultDocument)
{
    struct reading reading = {0, HCS_E_OPERATION_PENDING, false, NULL, resultDocument};
    return read_result(operation, API_NAME, &reading);
}

HRESULT API(HcsGetOperationResultAndProcessInfo)(
    HCS_OPERATION operation, HCS_PROCESS_INFORMATION *processInformation, PWSTR *resultDocument)
{
    struct reading reading = {0, HCS_E_OPERATION_PENDING, true, processInformation, resultDocument};
    return read_result(operation, API_NAME, &reading);
}

HRESULT API(HcsWaitForOperationResult)(HCS_OPERATION operation, DWORD timeoutMs, PWSTR *resultDocument)
{
    struct reading reading = {timeoutMs, HCS_E_OPERATION_TIMEOUT, false, NULL, resultDocument};
    return read_result(operation, API_NAME, &reading);
}

HRESULT API(HcsWaitForOperationResultAndProcessInfo)(
    HCS_OPERATION operation, DWORD timeoutMs, HCS_PROCESS_INFORMATION *processInformation, PWSTR *resultDocument)
{
    struct reading reading = {timeoutMs, HCS_E_OPERATION_TIMEOUT, true, processInformation, resultDocument};
    return read_result(operation, API_NAME, &reading);
}
