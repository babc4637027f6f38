/* The handles and requests of one client of computecored. Entry points: session_submit(), session_close_handles(). */
#include "session_parts.h"
#include "core/lock.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/pool.h"
#include "core/progress/progress.h"
#include "core/trace.h"
#include "daemon/server/log.h"
#include "host/backend.h"
#include "spec_hresults.h"
#include "submitted.h"
#include "daemon/protocol/wire.h"
#include <stdlib.h>
#include <string.h>

/* A system or process that the client has a handle of. */
struct held {
    struct handle_observer observer;
    union {
        struct session *session;
        struct held *next_free; /* of a free number */
    };
    struct client_handle *handle; /* NULL: this number is free */
    uint32_t number;
    uint32_t named;      /* answers that named it since the client released it last */
    uint32_t made_by;    /* the id of the request that made it; 0: it was opened */
    uint64_t made_order; /* among objects with the same made_by, since ids are reused: the highest counts */
};
static struct pool holdings = POOL(struct held); /* a client may hold many */
_Static_assert(sizeof(struct held) <= 48, "10,000 systems cost the daemon less than 8 MiB");

/* A request on its way. */
struct pending {
    struct request request;  /* first: request_complete() gives it back */
    struct session *session; /* NULL: the client has gone */
    uint32_t id;
    struct held *held; /* of the object that a create makes; NULL: none */
    struct document document;
    bool has_document;
    bool submits;    /* inside submit(), which may read the document until it returns */
    bool over;       /* answered */
    uint64_t target; /* the handle that it is about; 0: none */
    size_t bytes;    /* of memory that it takes of its client's share */
    char *text;      /* the id and the document of the message, kept while it is pending */
    struct pending *next, *previous;
};

/* --- what the client holds --- */

static void on_system(struct handle_observer *observer, int type, const char *document)
{
    struct held *held = (struct held *)observer;
    if (type == OBSERVED_STATUS_LOST)
        session_notify(held->session, WIRE_STATUS_LOST, held->number, 0, NULL);
    else if (type == HcsEventServiceDisconnect)
        session_notify(held->session, WIRE_SYSTEM_DISCONNECTED, held->number, 0, NULL);
    else
        session_notify(held->session, WIRE_SYSTEM_EVENT, held->number, type, document);
}

static void tell_exit(struct held *held)
{
    const struct process_status *status = &held->handle->process->status;
    struct wire_status exit = {status->process_id, status->exit_code, status->last_wait_result, 0};
    struct message message = {
        .kind = WIRE_PROCESS_EXITED, .value = held->number, .text = (char *)&exit, .length = sizeof exit};
    session_send(held->session, &message);
}

static void on_process(struct handle_observer *observer, int type, const char *document)
{
    struct held *held = (struct held *)observer;
    (void)document;
    if (type == HcsEventProcessExited)
        tell_exit(held);
    else if (type == HcsEventServiceDisconnect)
        session_notify(held->session, WIRE_PROCESS_DISCONNECTED, held->number, 0, NULL);
}

static struct table *table_of(struct session *session, enum handle_kind kind)
{
    return kind == HANDLE_SYSTEM ? &session->systems : &session->processes;
}

/* Returns a free number, or NULL without memory. */
static struct held *take_number(struct table *table)
{
    struct held *held = table->free;
    if (held) {
        table->free = held->next_free;
        return held;
    }
    if (table->count == table->capacity) {
        uint32_t capacity = table->capacity ? table->capacity * 2 : 16;
        struct held **list = realloc(table->list, capacity * sizeof(struct held *));
        if (!list)
            return NULL;
        table->list = list;
        table->capacity = capacity;
    }
    held = pool_take(&holdings);
    if (!held)
        return NULL;
    table->list[table->count++] = held;
    held->number = table->count;
    return held;
}

static void give_number(struct table *table, struct held *held)
{
    held->handle = NULL;
    held->next_free = table->free;
    table->free = held;
}

/* Returns the client's number for an object, or NULL if it has none. */
static struct held *held_of(const struct session *session, const struct client_handle *first)
{
    for (const struct client_handle *handle = first; handle; handle = handle->next) {
        bool ours =
            handle->observer && (handle->observer->notify == on_system || handle->observer->notify == on_process);
        if (ours && ((struct held *)handle->observer)->session == session)
            return (struct held *)handle->observer;
    }
    return NULL;
}

/* Opens a handle on an object for the client; NULL: no memory. */
static struct held *hold(struct session *session, enum handle_kind kind, void *object, bool creator)
{
    struct table *table = table_of(session, kind);
    // -fanalyzer: the table keeps its list and all that was ever held
    struct held *held = take_number(table);
    if (!held)
        return NULL;
    held->handle = client_handle_open(kind, object, creator);
    if (!held->handle) {
        give_number(table, held);
        return NULL; // -fanalyzer: the table keeps it, as a free number
    }
    held->session = session;
    held->named = held->made_by = 0;
    held->observer.notify = kind == HANDLE_SYSTEM ? on_system : on_process;
    held->handle->observer = &held->observer;
    return held;
}

static void let_go(struct held *held)
{
    struct client_handle *handle = held->handle;
    struct closing closing;
    give_number(table_of(held->session, handle->kind), held);
    if (client_handle_close(handle->value, handle->kind, &closing))
        closing_end(&closing); /* no callback is registered: there is nothing to wait for */
}

static struct held *find(const struct table *table, uint64_t number)
{
    return number && number <= table->count && table->list[number - 1]->handle ? table->list[number - 1] : NULL;
}

/* Finds the target of a request: by number, or by the id of the create whose answer the client has not seen. */
static struct held *find_target(const struct table *table, uint64_t number)
{
    struct held *newest = NULL;
    if (!(number & WIRE_MADE_BY))
        return find(table, number);
    for (uint32_t i = 0; i < table->count; i++) {
        struct held *held = table->list[i];
        if (held->handle && held->made_by == (uint32_t)number && (!newest || held->made_order > newest->made_order))
            newest = held;
    }
    return newest;
}

static void release(struct session *session, enum handle_kind kind, const struct message *message)
{
    struct held *held = find(table_of(session, kind), message->value);
    /* NULL: already released, since an answer sent meanwhile made the client release it twice. named is 0: the client
       has not received its number yet */
    if (!held || !held->named)
        return;
    uint32_t seen = (uint32_t)message->result;
    held->named -= seen < held->named ? seen : held->named;
    if (held->named)
        return;
    trace_client_release(session_in_trace(session), held->handle->value);
    let_go(held);
}

void session_release_system(struct session *session, const struct message *message)
{
    CHECK_HELD();
    release(session, HANDLE_SYSTEM, message);
}

void session_release_process(struct session *session, const struct message *message)
{
    CHECK_HELD();
    release(session, HANDLE_PROCESS, message);
}

/* --- the log --- */

/* Systems are known by their ids in the log. Every engine of a daemon is a backend of the host model. NULL: the system
   is gone, or there is none. */
static const char *id_of(const struct system *system)
{
    const struct host_system *own = system ? system_engine(system) : NULL;
    return own ? own->id : NULL;
}

/* Calls that change something, and those that fail for want of rights or memory, are what a log is for; others are
   there for who looks for a fault. */
static enum log_level level_of(const struct request *request)
{
    bool opens = request->kind == REQUEST_OPEN_SYSTEM || request->kind == REQUEST_OPEN_PROCESS,
         asks = request->kind == REQUEST_GET_SERVICE_PROPERTIES || spec_requests[request->kind].query;
    return opens || asks ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

/* A request on its way, with what it is about, and how it ended. */
static void log_request(const struct pending *pending, const char *end)
{
    const struct request *request = &pending->request;
    char id[LOG_QUOTED_BYTES], process[32] = "";
    uint32_t number = request->process ? request->process->status.process_id : request->process_id;
    if (number)
        snprintf(process, sizeof process, " process %u", number);
    log_line(level_of(request), "%s %s %s%s: %s", pending->session->name, spec_requests[request->kind].function,
        log_quote(request->id ? request->id : id_of(request->system), id), process, end);
}

static void log_answer(const struct pending *pending)
{
    char result[16];
    if (!log_takes(level_of(&pending->request)))
        return;
    snprintf(result, sizeof result, "0x%08X", (unsigned)pending->request.result);
    log_request(pending, result);
}

/* --- answers --- */

static void take_streams(struct process *process, struct message *message, struct wire_answer *answer)
{
    for (int i = 0; process->streams && i < STREAM_COUNT; i++) {
        struct stream_pair *pair = &process->streams->pair[i];
        if (pair->client == PLATFORM_NO_STREAM)
            continue;
        message->descriptors[message->descriptor_count++] = (int)pair->client;
        answer->streams |= 1u << i;
        pair->client = PLATFORM_NO_STREAM;
    }
}

static void send_answer(struct pending *pending, struct wire_answer *answer, struct message *message)
{
    const char *document = pending->request.answer;
    size_t length = document ? strlen(document) : 0;
    char *text = malloc(sizeof *answer + length + 1);
    answer->has_document = document != NULL;
    answer->document_length = (uint32_t)length;
    if (text) {
        memcpy(text, answer, sizeof *answer);
        memcpy(text + sizeof *answer, document ? document : "", length + 1);
        message->text = text;
        message->length = (uint32_t)(sizeof *answer + length + 1);
        session_give(pending->session, message);
    } else {
        connection_end(&pending->session->connection); /* without this answer the client must see a disconnect */
        pending->session->changed(pending->session->context);
        message_drop(message);
    }
}

static struct held *opened(
    struct session *session, enum handle_kind kind, void *object, const struct client_handle *handles)
{
    struct held *held = held_of(session, handles);
    return held ? held : hold(session, kind, object, false);
}

/* Puts the number of the opened or created object into the answer. If the object had exited before an open, sends that
   event first. */
static HRESULT name_object(struct pending *pending, struct wire_answer *answer)
{
    struct request *request = &pending->request;
    struct held *held = pending->held;
    if (request->kind == REQUEST_OPEN_SYSTEM)
        held = opened(pending->session, HANDLE_SYSTEM, request->system, request->system->handles);
    else if (request->kind == REQUEST_OPEN_PROCESS)
        held = opened(pending->session, HANDLE_PROCESS, request->process, request->process->handles);
    else if (!held)
        return S_OK;
    if (!held)
        return E_OUTOFMEMORY;
    if (held->handle->kind == HANDLE_SYSTEM) {
        answer->system = held->number;
        if (request->kind == REQUEST_OPEN_SYSTEM && !held->named && held->handle->system->exited)
            on_system(&held->observer, HcsEventSystemExited, held->handle->system->exit_document);
    } else {
        answer->process = held->number;
        answer->process_id = held->handle->process->status.process_id;
        if (request->kind == REQUEST_OPEN_PROCESS && !held->named && held->handle->process->status.exited)
            tell_exit(held);
    }
    held->named++;
    return S_OK;
}

/* The handle of what an answer names. */
static uint64_t handle_of(const struct session *session, const struct wire_answer *answer)
{
    const struct held *held =
        answer->system ? find(&session->systems, answer->system) : find(&session->processes, answer->process);
    return held ? held->handle->value : 0;
}

uint32_t session_number_of(const struct session *session, uint64_t handle)
{
    CHECK_HELD();
    for (int kind = 0; kind < 2; kind++) {
        const struct table *table = kind ? &session->processes : &session->systems;
        for (uint32_t i = 0; i < table->count; i++)
            if (table->list[i]->handle && table->list[i]->handle->value == handle)
                return i + 1;
    }
    return 0;
}

uint64_t session_process(const struct session *session, uint32_t number)
{
    CHECK_HELD();
    const struct held *held = find(&session->processes, number);
    return held ? held->handle->value : 0;
}

static void pending_free(struct pending *pending)
{
    struct request *request = &pending->request;
    if (pending->session)
        pending->session->bytes -= pending->bytes;
    if (pending->previous)
        pending->previous->next = pending->next;
    else if (pending->session)
        pending->session->pending = pending->next;
    if (pending->next)
        pending->next->previous = pending->previous;
    if (request->process)
        process_unref(request->process);
    if (request->system)
        system_unref(request->system);
    if (pending->has_document)
        document_free(&pending->document);
    free(request->answer);
    free(pending->text);
    free(pending);
}

/* The object of an open belongs to the engine: takes a reference, which pending_free() releases. */
static void keep_opened(struct request *request)
{
    if (FAILED(request->result))
        return;
    if (request->kind == REQUEST_OPEN_SYSTEM)
        system_ref(request->system);
    else if (request->kind == REQUEST_OPEN_PROCESS)
        process_ref(request->process);
}

static void answered(struct request *request)
{
    struct pending *pending = (struct pending *)request;
    struct session *session = pending->session;
    keep_opened(request);
    if (session)
        session->backend_calls += request->backend_calls;
    if (session) {
        log_answer(pending);
        struct wire_answer answer = {0};
        struct message message = {.kind = WIRE_ANSWER, .id = pending->id, .result = request->result};
        bool made = SUCCEEDED(request->result);
        HRESULT named =
            made || pending->held ? name_object(pending, &answer) : S_OK; /* a failed create leaves a handle */
        if (FAILED(named))
            message.result = named;
        trace_answer(
            session_in_trace(session), pending->id, message.result, handle_of(session, &answer), request->answer);
        if (made && request->kind == REQUEST_CREATE_PROCESS)
            take_streams(request->process, &message, &answer);
        if (made && request->process)
            answer.process_id = request->process->status.process_id;
        send_answer(pending, &answer, &message);
    }
    pending->over = true;
    if (!pending->submits)
        pending_free(pending);
}

/* --- requests --- */

/* Makes the object of a create request, and opens a handle on it for the client. */
static bool make_object(struct pending *pending)
{
    struct request *request = &pending->request;
    if (request->kind == REQUEST_CREATE_SYSTEM) {
        request->system = system_create();
        pending->held = request->system ? hold(pending->session, HANDLE_SYSTEM, request->system, true) : NULL;
    } else if (request->kind == REQUEST_CREATE_PROCESS) {
        request->process = process_create(request->system);
        pending->held = request->process ? hold(pending->session, HANDLE_PROCESS, request->process, true) : NULL;
    } else {
        return true;
    }
    if (pending->held) {
        pending->held->made_by = pending->id;
        pending->held->made_order = ++pending->session->created;
    }
    return pending->held != NULL;
}

static HRESULT check_document(struct pending *pending, const struct wire_submit *submit, const char *text)
{
    struct document_report report;
    struct document_options options = {core_engine()->schema_minor, false, 1};
    report_init(&report);
    HRESULT result = document_check(
        text, submit->document_length, (enum spec_type)submit->type, &options, &pending->document, &report);
    report_free(&report);
    pending->has_document = SUCCEEDED(result);
    if (pending->has_document) {
        pending->request.document = &pending->document;
        pending->request.document_text = text;
        pending->request.document_length = submit->document_length;
    }
    return result;
}

/* Fills in the request. A failure is the answer to the client. */
static HRESULT fill(struct pending *pending, const struct wire_submit *submit)
{
    struct request *request = &pending->request;
    if (pending->session->bytes > SESSION_BYTES)
        return E_OUTOFMEMORY;
    if (!submitted_fits(submit, pending->text))
        return E_INVALIDARG;
    const struct held *system = find_target(&pending->session->systems, submit->system),
                      *process = find_target(&pending->session->processes, submit->process);
    if ((submit->system && !system) || (submit->process && !process))
        return E_HANDLE;
    pending->target = process ? process->handle->value : system ? system->handle->value : 0;
    if (system)
        request->system = system_ref(system->handle->system);
    if (process) {
        request->process = process_ref(process->handle->process);
        if (!request->system)
            request->system = system_ref(request->process->system);
    }
    if (submit->has & WIRE_HAS_ID)
        request->id = pending->text;
    request->process_id = submit->process_id;
    HRESULT result = S_OK;
    if (submit->has & WIRE_HAS_DOCUMENT)
        result = check_document(pending, submit, pending->text + submit->id_length + 1);
    if (SUCCEEDED(result) && !submitted_has_target(request))
        result = E_INVALIDARG;
    if (SUCCEEDED(result) && !make_object(pending))
        result = E_OUTOFMEMORY;
    return result;
}

static void trace_submit(const struct pending *pending, const struct wire_submit *submit)
{
    const struct request *request = &pending->request;
    struct trace_request line = {.id = pending->id,
        .process_id = request->process_id,
        .user = request->user,
        .function = spec_requests[request->kind].function,
        .system = request->id,
        .document = request->document_text,
        .target = pending->target,
        .target_is_gone = submit->system || submit->process};
    trace_request(session_in_trace(pending->session), &line);
}

bool session_submit(struct session *session, const struct message *message)
{
    CHECK_HELD();
    struct wire_submit submit;
    if (!submitted_read(message, &submit))
        return false;
    struct pending *pending = calloc(1, sizeof *pending);
    char *text = malloc(message->length - sizeof submit);
    if (!pending || !text) {
        free(pending);
        free(text);
        return false;
    }
    memcpy(text, message->text + sizeof submit, message->length - sizeof submit);
    *pending = (struct pending){.session = session, .id = message->id, .text = text, .next = session->pending};
    pending->bytes = sizeof *pending + message->length;
    session->bytes += pending->bytes;
    pending->request.kind = (enum request_kind)submit.request;
    pending->request.user = session->peer.user;
    pending->request.answered = answered;
    if (session->pending)
        session->pending->previous = pending;
    session->pending = pending;
    progress_count_call();
    pending->submits = true;
    HRESULT result = core_engine() ? fill(pending, &submit) : HCS_E_SERVICE_NOT_AVAILABLE;
    trace_submit(pending, &submit);
    if (SUCCEEDED(result))
        progress_submit(&pending->request);
    else
        request_complete(&pending->request, result, NULL);
    pending->submits = false;
    if (pending->over)
        pending_free(pending);
    return true;
}

/* --- the client has gone --- */

void session_forget_requests(struct session *session)
{
    CHECK_HELD();
    for (struct pending *pending = session->pending, *next; pending; pending = next) {
        next = pending->next;
        if (log_takes(level_of(&pending->request)))
            log_request(pending, "continues; its client has disconnected");
        pending->session = NULL;
        pending->next = pending->previous = NULL;
        pending->held = NULL;
    }
}

static void close_table(struct table *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->list[i]->handle)
            let_go(table->list[i]);
    for (uint32_t i = 0; i < table->count; i++)
        pool_give(&holdings, table->list[i]);
    free(table->list);
}

void session_close_handles(struct session *session)
{
    CHECK_HELD();
    close_table(&session->processes);
    close_table(&session->systems);
}
