/* Exports that may wait. Entry points: the begin functions, blocking_run(). */
#include "blocking.h"
#include "call.h"
#include "core/text/text.h"
#include "core/trace.h"
#include <stdlib.h>
#include <string.h>

static bool over(struct blocking *blocking, HRESULT result)
{
    CHECK(!core_is_held());
    blocking->result = result;
    return false;
}

/* Sets the result of a call that does not have to wait, and releases the lock. */
static bool over_unlock(struct blocking *blocking, HRESULT result)
{
    CHECK_HELD();
    core_unlock();
    return over(blocking, result);
}

static void prepare(
    struct blocking *blocking, const char *function, progress_step step, void *context, DWORD timeout_ms)
{
    blocking->function = function;
    CHECK(!core_is_held());
    blocking->step = step;
    blocking->context = context;
    blocking->timeout_ms = timeout_ms;
    blocking->information = NULL;
    blocking->document = NULL;
    blocking->unfinished = S_OK;
    blocking->began = false;
}

static bool waits(struct blocking *blocking)
{
    CHECK_HELD();
    CHECK(!blocking->began);
    return blocking->began = true;
}

bool blocking_try(struct blocking *blocking)
{
    CHECK_HELD();
    return blocking->step(blocking->context);
}

/* First attempt; with time-out 0 a repeated call counts as polling. */
static bool look(struct blocking *blocking, uint64_t key)
{
    CHECK_HELD();
    bool done = blocking_try(blocking);
    if (!done && blocking->timeout_ms)
        return waits(blocking);
    if (!done) {
        progress_poll(key);
        done = blocking_try(blocking);
    }
    blocking_end(blocking, done);
    return false;
}

/* --- results --- */

static HRESULT hand_out(const struct operation_wait *wait, PWSTR *document)
{
    if (!document || !wait->document)
        return wait->result;
    *document = text_to_utf16(wait->document, strlen(wait->document));
    return *document ? wait->result : HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
}

/* Makes the error document of a failure that has none, from its HRESULT. */
static void add_error_document(struct operation_wait *wait)
{
    if (FAILED(wait->result) && !wait->document && wait->type != HcsOperationTypeNone && !wait->closed)
        wait->document = error_document(wait->result, NULL, NULL);
}

static void end_reading(struct blocking *blocking, bool done)
{
    CHECK_HELD();
    struct operation_wait *wait = &blocking->reading;
    blocking->result = blocking->unfinished;
    if (done) {
        if (blocking->document)
            add_error_document(wait);
        blocking->result = hand_out(wait, blocking->document);
        if (blocking->information && wait->process)
            process_take_information(wait->process, wait->creator, blocking->information);
    }
    operation_wait_end(wait);
    operation_unref(wait->operation);
}

bool blocking_read(struct blocking *blocking, const char *function, HCS_OPERATION operation, struct reading reading)
{
    struct operation_wait *wait = &blocking->reading;
    prepare(blocking, function, operation_wait_step, wait, reading.timeout_ms);
    blocking->document = reading.document;
    blocking->information = reading.information;
    blocking->unfinished = reading.unfinished;
    if (reading.document)
        *reading.document = NULL;
    if (reading.information)
        memset(reading.information, 0, sizeof *reading.information);
    struct operation *found = operation_ref(value_of(operation));
    if (!found)
        return over(blocking, error_misuse(value_of(operation), function));
    core_lock();
    progress_count_call();
    *wait = (struct operation_wait){.operation = found, .type = found->type};
    bool carries = found->type == HcsOperationTypeCreateProcess || found->type == HcsOperationTypeGetProcessInfo;
    if (reading.wants_info && found->state != OPERATION_FRESH && !carries) {
        operation_unref(found); /* HCS-ROW: O-26 the operation's type has no process information; its result is kept */
        return over_unlock(blocking, E_INVALIDARG);
    }
    return look(blocking, value_of(operation));
}

/* --- exits --- */

static HRESULT exit_text(const struct client_handle *handle, PWSTR *document)
{
    char *made = handle->kind == HANDLE_PROCESS ? process_status_document(&handle->process->status) : NULL;
    const char *text = handle->kind == HANDLE_PROCESS ? made : handle->system->exit_document;
    *document = text ? text_to_utf16(text, strlen(text)) : NULL;
    free(made);
    return *document ? S_OK : HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
}

static void end_exit(struct blocking *blocking, bool done)
{
    CHECK_HELD();
    struct client_handle *handle = blocking->exit.handle;
    blocking->result = done ? blocking->exit.result : blocking->unfinished;
    if (SUCCEEDED(blocking->result) && blocking->document)
        blocking->result = exit_text(handle, blocking->document);
    client_handle_unref(handle);
}

/* Returns a live handle with a reference, and takes the lock. If there is none, reports the misuse and returns NULL,
   without the lock. */
static struct client_handle *hold(
    struct blocking *blocking, const char *function, const void *value, enum handle_kind kind)
{
    CHECK(!core_is_held());
    struct client_handle *handle = client_handle_ref(value_of(value), kind);
    if (!handle) {
        (void)over(blocking, error_misuse(value_of(value), function));
        return NULL;
    }
    core_lock();
    progress_count_call();
    return handle;
}

bool blocking_exit(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind,
    DWORD timeout_ms, PWSTR *document)
{
    prepare(blocking, function, exit_wait_step, &blocking->exit, timeout_ms);
    blocking->document = document;
    blocking->unfinished = HCS_E_OPERATION_TIMEOUT; /* HCS-ROW: W-04 */
    if (document)
        *document = NULL;
    if (core_lacks(function))
        return over(blocking, HRESULT_ERROR_PROC_NOT_FOUND);
    struct client_handle *handle = hold(blocking, function, value, kind);
    if (!handle)
        return false;
    blocking->exit = (struct exit_wait){handle, S_OK};
    return look(blocking, value_of(value));
}

/* --- closes and callbacks --- */

static bool close_or_over(struct blocking *blocking)
{
    CHECK_HELD();
    if (!closing_step(&blocking->closing))
        return waits(blocking);
    blocking_end(blocking, true);
    return false;
}

bool blocking_close(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind)
{
    struct closing *closing = &blocking->closing;
    prepare(blocking, function, closing_step, closing, INFINITE);
    core_lock();
    progress_count_call();
    bool begun = kind == HANDLE_OPERATION ? operation_close(value_of(value), closing)
                                          : client_handle_close(value_of(value), kind, closing);
    if (begun)
        return close_or_over(blocking);
    core_unlock();
    if (value)
        (void)error_misuse(value_of(value), function); /* closes return nothing */
    return over(blocking, S_OK);
}

/* HCS-ROW: E-05 setting NULL clears the callback and waits until it does not run */
bool blocking_register(struct blocking *blocking, const char *function, const void *value, enum handle_kind kind,
    HCS_EVENT_OPTIONS options, const void *context, HCS_EVENT_CALLBACK callback)
{
    prepare(blocking, function, closing_step, &blocking->closing, INFINITE);
    struct client_handle *handle = hold(blocking, function, value, kind);
    if (!handle)
        return false;
    bool live = core_engine() && handle_is_live(handle->value, kind);
    HRESULT result = !core_engine() ? HCS_E_SERVICE_NOT_AVAILABLE : E_HANDLE;
    if (live && !callback) {
        client_handle_clear(handle, &blocking->closing);
        client_handle_unref(handle);
        return close_or_over(blocking);
    }
    if (live)
        result = client_handle_register(handle, callback, context, options);
    client_handle_unref(handle);
    return over_unlock(blocking, result);
}

/* HCS-ROW: O-21 the callback set on a pending operation is called at its completion; on a completed one it is not */
bool blocking_set_callback(struct blocking *blocking, const char *function, HCS_OPERATION operation,
    const void *context, HCS_OPERATION_COMPLETION callback)
{
    prepare(blocking, function, closing_step, &blocking->closing, INFINITE);
    struct operation *found = operation_ref(value_of(operation));
    if (!found)
        return over(blocking, error_misuse(value_of(operation), function));
    core_lock();
    progress_count_call();
    HRESULT result = S_OK;
    if (callback)
        result = operation_set_callback(found, context, callback);
    else
        operation_clear_callback(found, context, &blocking->closing);
    operation_unref(found);
    return callback ? over_unlock(blocking, result) : close_or_over(blocking);
}

/* --- running a whole call --- */

void blocking_end(struct blocking *blocking, bool done)
{
    CHECK_HELD();
    if (blocking->began)
        trace_wake();
    if (blocking->step == operation_wait_step) {
        end_reading(blocking, done);
    } else if (blocking->step == exit_wait_step) {
        end_exit(blocking, done);
    } else {
        closing_end(&blocking->closing);
        blocking->result = S_OK;
    }
    core_unlock();
}

static void explain(const void *context, struct text *text)
{
    const struct blocking *blocking = context;
    if (blocking->step == operation_wait_step)
        operation_explain(blocking->reading.operation, text);
    else if (blocking->step == exit_wait_step)
        client_handle_explain_exit(blocking->exit.handle, text);
    else
        text_puts(text, "a running callback");
}

HRESULT blocking_run(struct blocking *blocking, bool begun)
{
    CHECK(begun == core_is_held());
    if (begun)
        blocking_end(blocking, progress_wait(blocking->step, blocking->context, blocking->timeout_ms,
                                   (struct waiting){blocking->function, explain, blocking}));
    return blocking->result;
}
