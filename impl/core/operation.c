/* Operations. Entry points: operation_begin(), request_complete(), operation_wait_step(). */
#include "operation.h"
#include "lock.h"
#include "core/text/error.h"
#include "pool.h"
#include "core/progress/progress.h"
#include "spec_hresults.h"
#include "trace.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct pool operations = POOL(struct operation);
static uint64_t last_id;

struct operation *operation_create(const void *context, HCS_OPERATION_COMPLETION callback)
{
    CHECK_HELD();
    struct operation *operation = pool_take(&operations);
    if (!operation)
        return NULL;
    operation->type = HcsOperationTypeNone;
    operation->context = context;
    operation->id = ++last_id;
    if (callback && FAILED(operation_set_callback(operation, context, callback)))
        goto no_memory;
    operation->value = handle_open(HANDLE_OPERATION, operation);
    if (operation->value)
        return operation;
    if (operation->sink) {
        event_kill(operation->sink, false);
        sink_unref(operation->sink);
    }
no_memory:
    pool_give(&operations, operation);
    return NULL;
}

struct operation *operation_ref(uint64_t value)
{
    return handle_ref(value, HANDLE_OPERATION);
}

static void unlink_through(struct operation *operation)
{
    CHECK_HELD();
    if (!operation->through)
        return;
    CHECK(operation->previous ? operation->previous->next == operation : operation->through->operations == operation);
    if (operation->previous)
        operation->previous->next = operation->next;
    else
        operation->through->operations = operation->next;
    if (operation->next)
        operation->next->previous = operation->previous;
    if (operation->promised && operation->through->sink)
        sink_take_back(operation->through->sink);
    operation->through = NULL;
    operation->next = operation->previous = NULL;
    operation->promised = false;
}

static void link_through(struct operation *operation, struct client_handle *through)
{
    CHECK_HELD();
    CHECK(!operation->through);
    operation->through = through;
    if (!through)
        return;
    operation->next = through->operations;
    if (through->operations)
        through->operations->previous = operation;
    through->operations = operation;
}

/* The only place where an operation changes its state; operation.h lists the transitions. */
static void enter(struct operation *operation, enum operation_state state)
{
    CHECK(state != OPERATION_FRESH);
    CHECK(state != OPERATION_PENDING || operation->state != OPERATION_PENDING);
    operation->state = state;
}

/* Frees the result of the last use. */
static void forget_result(struct operation *operation)
{
    free(operation->document);
    operation->document = NULL;
    if (operation->process)
        process_unref(operation->process);
    operation->process = NULL;
    operation->creator = operation->unread = false;
    operation->system_value = operation->process_value = 0;
    unlink_through(operation);
}

void operation_unref(struct operation *operation)
{
    CHECK_HELD();
    if (!handle_unref(operation->value, HANDLE_OPERATION))
        return;
    CHECK(operation->state != OPERATION_PENDING); /* the request holds a reference until it is answered */
    CHECK(!operation->waits);
    CHECK(!operation->sink);
    forget_result(operation);
    pool_give(&operations, operation);
}

static void let_waits_go(struct operation *operation)
{
    CHECK_HELD();
    for (struct operation_wait *wait = operation->waits; wait; wait = wait->next) {
        CHECK(wait->listed && !wait->done);
        CHECK(wait->operation == operation);
        wait->done = wait->closed = true;
        wait->result = E_HANDLE;
        wait->listed = false;
    }
    operation->waits = NULL;
}

static void drop_own_sink(struct operation *operation, struct closing *closing)
{
    struct sink *sink = operation->sink;
    operation->sink = NULL;
    if (!sink)
        return;
    event_kill(sink, false);
    closing_add(closing, sink, 0);
}

bool operation_close(uint64_t value, struct closing *closing)
{
    CHECK_HELD();
    struct operation *operation = operation_ref(value);
    *closing = (struct closing){.operation = operation};
    if (!operation)
        return false;
    if (!handle_kill(value, HANDLE_OPERATION)) {
        operation_unref(operation);
        return false;
    }
    let_waits_go(operation);
    progress_changed();
    struct sink *events = operation->through ? operation->through->sink : NULL;
    unlink_through(operation);
    if (events)
        closing_add(closing, sink_ref(events), value);
    drop_own_sink(operation, closing);
    return true;
}

HRESULT operation_begin(struct operation *operation, int type, struct client_handle *through)
{
    CHECK_HELD();
    CHECK(type != HcsOperationTypeNone);
    if (operation->state == OPERATION_PENDING)
        return HCS_E_OPERATION_ALREADY_STARTED;
    if (operation->sink && through && sink_wants_operations(through->sink))
        return HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET;
    bool told = through && sink_wants_operations(through->sink);
    if ((operation->sink && !sink_promise_completion(operation->sink)) || (told && !sink_promise(through->sink, 1)))
        return E_OUTOFMEMORY;
    CHECK(!operation->waits); /* waits for the last use have their result (L4) */
    forget_result(operation);
    enter(operation, OPERATION_PENDING);
    operation->type = type;
    operation->use++;
    link_through(operation, through);
    operation->promised = told;
    memset(&operation->request, 0, sizeof operation->request);
    operation->request.operation = operation;
    handle_keep(operation->value, HANDLE_OPERATION);
    return S_OK;
}

void operation_cover(struct operation *operation, struct client_handle *through)
{
    CHECK_HELD();
    CHECK(operation->state == OPERATION_PENDING);
    CHECK(through);
    link_through(operation, through);
}

/* Until the request is answered its objects stay. */
static struct request *keep_objects(struct operation *operation)
{
    CHECK_HELD();
    CHECK(operation->state == OPERATION_PENDING);
    struct request *request = &operation->request;
    CHECK(request->operation == operation);
    CHECK(request->kind < REQUEST_KINDS);
    CHECK(!request->done);
    if (request->system)
        system_prefetch_engine(system_ref(request->system));
    if (request->process)
        process_ref(request->process);
    return request;
}

void operation_submit(struct operation *operation)
{
    CHECK_HELD();
    progress_submit(keep_objects(operation));
}

void operation_refuse(struct operation *operation, HRESULT result, char *document)
{
    CHECK_HELD();
    CHECK(FAILED(result));
    request_complete(keep_objects(operation), result, document);
}

void operation_abandon(struct operation *operation)
{
    CHECK_HELD();
    CHECK(operation->state == OPERATION_PENDING);
    CHECK(!operation->waits);
    enter(operation, OPERATION_COMPLETED);
    operation_unref(operation);
}

void operation_fail(struct operation *operation, int type, HRESULT result, char *document)
{
    CHECK_HELD();
    CHECK(FAILED(result));
    if (operation->state == OPERATION_PENDING) {
        free(document);
        return;
    }
    CHECK(!operation->waits);
    forget_result(operation);
    enter(operation, OPERATION_COMPLETED);
    operation->type = type;
    operation->result = result;
    operation->document = document;
}

HRESULT operation_set_callback(struct operation *operation, const void *context, HCS_OPERATION_COMPLETION callback)
{
    CHECK_HELD();
    CHECK(callback);
    operation->context = context;
    if (operation->sink) {
        sink_set_completion(operation->sink, callback, context);
        return S_OK;
    }
    operation->sink = sink_create(NULL, callback, context, HcsEventOptionNone, 0, 1);
    if (!operation->sink)
        return E_OUTOFMEMORY;
    return S_OK;
}

void operation_clear_callback(struct operation *operation, const void *context, struct closing *closing)
{
    CHECK_HELD();
    *closing = (struct closing){.operation = NULL};
    operation->context = context;
    drop_own_sink(operation, closing);
}

void operation_set_context(struct operation *operation, const void *context)
{
    CHECK_HELD();
    operation->context = context;
    if (operation->sink)
        sink_set_context(operation->sink, context);
}

/* Copies the result into a wait. */
static void capture(struct operation_wait *wait, struct operation *operation)
{
    CHECK(!wait->done);
    CHECK(operation->state == OPERATION_COMPLETED);
    wait->done = true;
    wait->result = operation->result;
    wait->type = operation->type;
    wait->creator = operation->creator;
    wait->process = operation->process ? process_ref(operation->process) : NULL;
    wait->document = NULL;
    if (operation->document) { /* HCS-ROW: O-29, R-33 */
        wait->document = strdup(operation->document);
        // -fanalyzer: the one who waits takes the document
        if (!wait->document)
            wait->result = HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
    }
    operation->unread = false;
}

static void capture_all(struct operation *operation)
{
    for (struct operation_wait *wait = operation->waits; wait; wait = wait->next) {
        capture(wait, operation);
        wait->listed = false;
    }
    operation->waits = NULL;
}

static void notify_client(struct operation *operation)
{
    CHECK_HELD();
    operation->promised = false;
    if (!handle_is_live(operation->value, HANDLE_OPERATION))
        return;
    if (operation->sink)
        event_queue(operation->sink, HcsEventOperationCallback, NULL, operation->value);
    if (operation->through && sink_wants_operations(operation->through->sink))
        event_queue(operation->through->sink, HcsEventOperationCallback, NULL, operation->value);
}

/* Opens the handle of an open. By the time its caller has woken, and has the lock, the object may be gone, or what the
   handle must be told of may have happened. */
static HRESULT open_handle(struct request *request)
{
    CHECK_HELD();
    bool system = request->kind == REQUEST_OPEN_SYSTEM;
    if (!system && request->kind != REQUEST_OPEN_PROCESS)
        return S_OK;
    CHECK(system ? request->system != NULL : request->process != NULL); /* the engine has set it */
    const struct client_handle *handle = system ? client_handle_open(HANDLE_SYSTEM, request->system, false)
                                                : client_handle_open(HANDLE_PROCESS, request->process, false);
    request->opened = handle ? handle->value : 0;
    return handle ? S_OK : E_OUTOFMEMORY;
}

void request_complete(struct request *request, HRESULT result, char *document)
{
    struct operation *operation = request->operation;
    CHECK_HELD();
    CHECK(!request->done); /* exactly once */
    request->done = true;
    request->result = result;
    if (!operation) {
        request->answer = document; /* the submitter owns it */
        if (request->answered)
            request->answered(request);
        else if (SUCCEEDED(result) && spec_requests[request->kind].makes)
            request->result = open_handle(request);
        progress_changed();
        return;
    }
    CHECK(request == &operation->request);
    CHECK(operation->state == OPERATION_PENDING);
    trace_complete(operation->value, result, document);
    enter(operation, OPERATION_COMPLETED);
    operation->result = result;
    operation->document = document;
    operation->unread = true;
    if (!spec_requests[request->kind].query)
        progress_count_change();
    if (spec_requests[request->kind].information && SUCCEEDED(result))
        operation->process = process_ref(request->process);
    capture_all(operation);
    notify_client(operation);
    if (request->process)
        process_unref(request->process);
    if (request->system)
        system_unref(request->system);
    progress_changed();
    operation_unref(operation);
}

void request_refuse(struct request *request, HRESULT result, const char *path, const char *message)
{
    request_complete(request, result, error_document(result, path, message));
}

bool operation_wait_step(void *context)
{
    struct operation_wait *wait = context;
    struct operation *operation = wait->operation;
    CHECK_HELD();
    CHECK(!wait->done || !wait->listed);
    if (wait->done)
        return true;
    if (operation->state == OPERATION_COMPLETED && !wait->listed) {
        capture(wait, operation);
    } else if (operation->state == OPERATION_FRESH) {
        wait->done = true;
        wait->type = HcsOperationTypeNone;
        wait->result = HCS_E_OPERATION_NOT_STARTED;
    } else if (!handle_is_live(operation->value, HANDLE_OPERATION)) {
        wait->done = wait->closed = true;
        wait->result = E_HANDLE;
    } else if (!wait->listed) {
        wait->listed = true;
        wait->next = operation->waits;
        operation->waits = wait;
    }
    return wait->done;
}

void operation_wait_end(struct operation_wait *wait)
{
    CHECK_HELD();
    if (wait->listed) {
        struct operation_wait **link = &wait->operation->waits;
        while (*link != wait)
            link = &(*link)->next;
        *link = wait->next;
        wait->listed = false;
    }
    free(wait->document);
    wait->document = NULL;
    if (wait->process)
        process_unref(wait->process);
    wait->process = NULL;
}

void request_explain(const struct request *request, struct text *text)
{
    CHECK_HELD();
    text_puts(text, spec_requests[request->kind].function);
    if (core_engine() && core_engine()->operations->explain)
        core_engine()->operations->explain(core_engine(), request, request->system, request->process, text);
}

void operation_explain(const struct operation *operation, struct text *text)
{
    CHECK_HELD();
    text_printf(text, "operation %" PRIu64 ", ", operation->id);
    request_explain(&operation->request, text);
}

void operation_forget_handle(struct client_handle *handle)
{
    CHECK_HELD();
    while (handle->operations)
        unlink_through(handle->operations);
}

unsigned operation_expects(const struct client_handle *handle, HCS_EVENT_OPTIONS options)
{
    CHECK_HELD();
    unsigned count = 0;
    if (options & HcsEventOptionEnableOperationCallbacks)
        for (const struct operation *operation = handle->operations; operation; operation = operation->next)
            count += operation->state == OPERATION_PENDING || operation->unread;
    return count;
}

/* HCS-ROW: E-06 also an operation that was complete when the callback was registered */
void operation_deliver_missed(struct client_handle *handle)
{
    CHECK_HELD();
    CHECK(handle->sink);
    bool wants = sink_wants_operations(handle->sink);
    struct operation *operation = handle->operations;
    for (struct operation *each = operation; each; each = each->next)
        each->promised = wants && each->state == OPERATION_PENDING;
    if (!wants)
        return;
    while (operation && operation->next)
        operation = operation->next;
    for (; operation; operation = operation->previous) {
        CHECK(operation->through == handle);
        if (operation->state == OPERATION_COMPLETED && operation->unread)
            event_queue(handle->sink, HcsEventOperationCallback, NULL, operation->value);
    }
}

size_t operation_count(void)
{
    CHECK_HELD();
    return operations.live;
}

void operation_reset(void)
{
    CHECK_HELD();
    CHECK(!operations.live);
    last_id = 0;
}
