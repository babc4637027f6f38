/* The requests of one client of computecored. Entry point: session_submit(). */
#include "session_handles.h"
#include "core/lock.h"
#include "core/operation.h"
#include "core/progress/progress.h"
#include "core/trace.h"
#include "daemon/server/log.h"
#include "host/backend.h"
#include "spec_hresults.h"
#include "submitted.h"
#include "daemon/protocol/wire.h"
#include <stdlib.h>
#include <string.h>

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

/* --- the log --- */

/* Systems are known by their ids in the log, files by their paths. Every engine of a daemon is a backend of the host
   model. NULL: the system is gone, or there is none. */
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
        log_quote(request->path ? request->path
                  : request->id ? request->id
                                : id_of(request->system),
            id),
        process, end);
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

/* Puts the number of the opened or created object into the answer. What happened to the object before an open is sent
   first. */
static HRESULT name_object(struct pending *pending, struct wire_answer *answer)
{
    struct request *request = &pending->request;
    struct held *held = pending->held;
    if (request->kind == REQUEST_OPEN_SYSTEM)
        held = held_open(pending->session, HANDLE_SYSTEM, request->system);
    else if (request->kind == REQUEST_OPEN_PROCESS)
        held = held_open(pending->session, HANDLE_PROCESS, request->process);
    else if (!held)
        return S_OK;
    if (!held)
        return E_OUTOFMEMORY;
    if (held->handle->kind == HANDLE_SYSTEM) {
        answer->system = held->number;
    } else {
        answer->process = held->number;
        answer->process_id = held->handle->process->status.process_id;
    }
    if (!pending->held)
        held_tell_past(held, pending->id);
    held->named++;
    return S_OK;
}

/* The handle of what an answer names. */
static uint64_t handle_of(const struct session *session, const struct wire_answer *answer)
{
    const struct held *held =
        answer->system ? held_find(&session->systems, answer->system) : held_find(&session->processes, answer->process);
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

/* Engines write longer documents than a message holds: as if there were no memory for it. */
static void limit_answer(struct request *request)
{
    if (!request->answer || strlen(request->answer) <= MESSAGE_BYTES - sizeof(struct wire_answer) - 1)
        return;
    free(request->answer);
    request->answer = NULL;
    if (SUCCEEDED(request->result))
        request->result = HCS_E_OPERATION_RESULT_ALLOCATION_FAILED;
}

static void answered(struct request *request)
{
    struct pending *pending = (struct pending *)request;
    struct session *session = pending->session;
    limit_answer(request);
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
        pending->held = request->system ? held_create(pending->session, HANDLE_SYSTEM, request->system) : NULL;
    } else if (request->kind == REQUEST_CREATE_PROCESS) {
        request->process = process_create(request->system);
        pending->held = request->process ? held_create(pending->session, HANDLE_PROCESS, request->process) : NULL;
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
    const struct engine *engine = core_engine();
    struct document_options options = {.minor = engine->schema_minor, .limit = 1, .strict = engine->strict_documents};
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
    const struct held *system = held_target(&pending->session->systems, submit->system),
                      *process = held_target(&pending->session->processes, submit->process);
    if ((submit->system && !system) || (submit->process && !process))
        return E_HANDLE;
    pending->target = process ? process->handle->value : system ? system->handle->value : 0;
    request->handle = pending->target;
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
    if (submit->has & WIRE_HAS_PATH)
        request->path = pending->text + submit->id_length + 1;
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
        .path = request->path,
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
