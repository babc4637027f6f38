/* Callbacks and exit waits, for systems and processes alike. */
#include "shared.h"
#include "call.h"
#include "core/text.h"
#include <string.h>

/* A live handle under the lock, or NULL after a report. */
static struct client_handle *hold(const void *value, enum handle_kind kind, const char *function)
{
    struct client_handle *handle = client_handle_ref(value_of(value), kind);
    if (!handle) {
        (void)error_misuse(value_of(value), function); /* the caller answers by itself */
        return NULL;
    }
    core_lock();
    progress_count_call();
    return handle;
}

static void let_go(struct client_handle *handle)
{
    client_handle_unref(handle);
    core_unlock();
}

HRESULT api_register(const void *value, enum handle_kind kind, const char *function, HCS_EVENT_OPTIONS options,
    const void *context, HCS_EVENT_CALLBACK callback)
{
    struct client_handle *handle = hold(value, kind, function);
    if (!handle)
        return value ? E_HANDLE : E_INVALIDARG;
    HRESULT result = !core_engine() ? HCS_E_SERVICE_NOT_AVAILABLE
                     : !handle_is_live(handle->value, kind)
                         ? E_HANDLE
                         : client_handle_register(handle, callback, context, options);
    let_go(handle);
    return result;
}

HRESULT api_wait_exit(const void *value, enum handle_kind kind, const char *function, DWORD timeout_ms, PWSTR *document)
{
    if (document)
        *document = NULL;
    if (core_lacks(function))
        return HRESULT_ERROR_PROC_NOT_FOUND;
    struct client_handle *handle = hold(value, kind, function);
    if (!handle)
        return value ? E_HANDLE : E_INVALIDARG;
    struct exit_wait wait = {handle, S_OK};
    if (timeout_ms == 0 && !exit_wait_step(&wait))
        progress_poll(value_of(value));
    HRESULT result = HCS_E_OPERATION_TIMEOUT; /* HCS-ROW: W-04 */
    if (progress_wait(exit_wait_step, &wait, timeout_ms, timeout_ms == INFINITE))
        result = wait.result;
    if (SUCCEEDED(result) && document) {
        char *made = kind == HANDLE_PROCESS ? process_status_document(&handle->process->status) : NULL;
        const char *text = kind == HANDLE_PROCESS ? made : handle->system->exit_document;
        *document = text ? text_to_utf16(text, strlen(text)) : NULL;
        if (!*document)
            result = HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
        free(made);
    }
    let_go(handle);
    return result;
}
