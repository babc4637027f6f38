/* The common path of asynchronous exports. Entry points: call_open() … call_end(). */
#include "call.h"
#include <stdio.h>
#include <string.h>

static void fail(struct call *call, HRESULT code, const char *what)
{
    CHECK(FAILED(code));
    call->result = code;
    call->what = what;
}

void call_open(struct call *call, const char *function, int type, HCS_OPERATION operation)
{
    CHECK(!core_is_held());
    call->function = function;
    call->type = type;
    call->result = S_OK;
    call->handle = NULL;
    call->has_document = call->locked = call->accepted = false;
    call->text.text = NULL;
    call->what = NULL;
    report_init(&call->report);
    if (core_lacks(function)) { /* fails before any check, as a function that the host's library does not export */
        call->operation = NULL;
        fail(call, HRESULT_ERROR_PROC_NOT_FOUND, NULL);
        return;
    }
    call->operation = operation_ref(value_of(operation));
    if (!call->operation)
        fail(call, error_misuse(value_of(operation), function), NULL);
}

void call_target(struct call *call, const void *handle, enum handle_kind kind)
{
    CHECK(!core_is_held());
    CHECK(!call->handle);
    if (FAILED(call->result))
        return;
    call->handle = client_handle_ref(value_of(handle), kind);
    if (!call->handle)
        fail(call, error_misuse(value_of(handle), call->function), NULL);
}

void call_require(struct call *call, bool holds, HRESULT code, const char *what)
{
    CHECK(FAILED(code));
    if (SUCCEEDED(call->result) && !holds)
        fail(call, code, what);
}

static void report_ignored(
    const char *function, const struct document_text *utf8, enum spec_type type, const struct document_options *options)
{
    struct document document;
    struct document_report report;
    struct document_options strictly = *options;
    strictly.strict = true;
    if (SUCCEEDED(document_check(utf8->text, utf8->length, type, &strictly, &document, &report)))
        document_free(&document);
    error_print_ignored(function, &report);
    report_free(&report);
}

HRESULT call_parse(const char *function, PCWSTR text, enum spec_type type, struct document_text *utf8,
    struct document *document, struct document_report *report)
{
    struct document_options options = core_document_options();
    HRESULT result = document_parse(text, type, &options, utf8, document, report);
    if (SUCCEEDED(result) && error_reports_misuse())
        report_ignored(function, utf8, type, &options);
    return result;
}

void call_document(struct call *call, PCWSTR text, enum spec_type type)
{
    CHECK(!call->has_document);
    if (FAILED(call->result))
        return;
    call->result = call_parse(call->function, text, type, &call->text, &call->document, &call->report);
    call->has_document = SUCCEEDED(call->result);
}

/* HCS-ROW: F-16 clients close the operation of a failed call, so that they would never see its error document */
void call_accepted_document(struct call *call, PCWSTR text, enum spec_type type)
{
    call_document(call, text, type);
    call->accepted = call->report.count && text && !core_refuses_at_once();
    if (call->accepted)
        call->result = S_OK;
}

/* HCS-ROW: C-07 some clients pass the text "null" for no options */
void call_optional_document(struct call *call, PCWSTR text, enum spec_type type)
{
    if (!document_is_absent(text))
        call_document(call, text, type);
}

/* HCS-ROW: O-32 an empty string and an empty object are accepted where the reference demands NULL */
void call_reserved_document(struct call *call, PCWSTR text)
{
    if (!document_is_absent(text) && text[0])
        call_document(call, text, TYPE_ShutdownOptions);
}

bool call_begin(struct call *call)
{
    CHECK(!core_is_held());
    CHECK(!call->locked);
    if (FAILED(call->result))
        return false;
    core_lock();
    call->locked = true;
    if (call->handle)
        client_handle_prefetch(call->handle);
    progress_count_call();
    if (!core_engine())
        fail(call, HCS_E_SERVICE_NOT_AVAILABLE, "the engine could not be opened");
    else if (!handle_is_live(call->operation->value, HANDLE_OPERATION) ||
             (call->handle && !handle_is_live(call->handle->value, call->handle->kind)))
        fail(call, E_HANDLE, NULL);
    else if (call->handle && call->handle->disconnected)
        fail(call, HCS_E_SERVICE_DISCONNECT, NULL);
    else
        call->result = operation_begin(call->operation, call->type, call->handle);
    return SUCCEEDED(call->result);
}

void call_abandon(struct call *call, HRESULT code)
{
    CHECK_HELD();
    CHECK(call->locked && SUCCEEDED(call->result));
    CHECK(FAILED(code));
    fail(call, code, NULL);
    operation_abandon(call->operation);
}

void call_submit(struct call *call, enum request_kind kind)
{
    CHECK_HELD();
    CHECK(call->locked && SUCCEEDED(call->result));
    CHECK(kind < REQUEST_KINDS);
    struct operation *operation = call->operation;
    struct request *request = &operation->request;
    request->kind = kind;
    CHECK(call->has_document || call->accepted || !spec_requests[kind].needs_document);
    if (call->has_document) {
        request->document = &call->document;
        request->document_text = call->text.text;
        request->document_length = call->text.length;
    }
    request->handle = call->handle ? call->handle->value : 0;
    if (call->handle && call->handle->kind == HANDLE_SYSTEM) {
        request->system = call->handle->system;
        operation->system_value = call->handle->value;
    } else if (call->handle) {
        request->process = call->handle->process;
        request->system = call->handle->process->system;
        operation->process_value = call->handle->value;
    }
    if (call->accepted)
        operation_refuse(operation, call->report.code, error_report_document(&call->report));
    else
        operation_submit(operation);
}

/* True if the failure is not stored in the operation, which is pending already or was refused for having a callback. */
static bool leaves_no_trace(const struct call *call)
{
    return call->result == HCS_E_OPERATION_ALREADY_STARTED ||
           call->result == HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET;
}

HRESULT call_end(struct call *call)
{
    CHECK(call->locked == core_is_held());
    CHECK(call->operation || FAILED(call->result));
    if (!call->operation)
        return call->result;
    if (!call->locked)
        core_lock();
    if (FAILED(call->result) && !leaves_no_trace(call)) {
        /* NULL: the document only repeats the HRESULT, and is made when the result is read */
        char *document = FAILED(call->report.code) && !call->accepted ? error_report_document(&call->report)
                         : call->what                                 ? error_document(call->result, NULL, call->what)
                                                                      : NULL;
        operation_fail(call->operation, call->type, call->result, document);
    }
    if (call->handle)
        client_handle_unref(call->handle);
    operation_unref(call->operation);
    core_unlock();
    if (call->has_document)
        document_free(&call->document);
    document_text_free(&call->text);
    report_free(&call->report);
    return call->result;
}

HRESULT call_simple(struct call *call, enum request_kind kind)
{
    if (!call_begin(call))
        return call_end(call);
    if (spec_requests[kind].query) /* a repeated query counts as polling */
        progress_poll((call->handle ? call->handle->value : 0) ^ ((uint64_t)kind + 1) << 56);
    call_submit(call, kind);
    return call_end(call);
}

static bool request_step(void *context)
{
    const struct request *request = context;
    return request->done;
}

static void explain(const void *context, struct text *text)
{
    request_explain(context, text);
}

HRESULT call_now(struct request *request)
{
    CHECK_HELD();
    CHECK(!request->operation);
    progress_submit(request);
    progress_wait(
        request_step, request, INFINITE, (struct waiting){spec_requests[request->kind].function, explain, request});
    CHECK(request->done); /* an INFINITE wait ends only when the request is done */
    return request->result;
}

HRESULT call_alone(struct request *request)
{
    CHECK(!core_is_held());
    core_lock();
    progress_count_call();
    HRESULT result = core_engine() ? call_now(request) : HCS_E_SERVICE_NOT_AVAILABLE;
    core_unlock();
    return result;
}
