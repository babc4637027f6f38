/* One client of computecored. Entry points: session_open(), session_hear(). */
#include "session.h"
#include "core/far_wait.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/progress.h"
#include "core/trace.h"
#include "spec_hresults.h"
#include "backend/sim.h"
#include "question.h"
#include "wire.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A system or process that the client has a handle of. */
struct held {
    struct handle_observer observer;
    struct session *session;
    struct client_handle *handle; /* NULL: this number is free */
    uint32_t number;
    uint32_t named;      /* answers that named it since the client released it last */
    uint32_t made_by;    /* the id of the request that made it; 0: it was opened */
    uint64_t made_order; /* ids come again: the newest counts */
    struct held *next_free;
};

struct table {
    struct held **list; /* by number - 1 */
    uint32_t count, capacity;
    struct held *free;
};

struct session {
    struct connection connection;
    void (*changed)(void *context);
    void *context;
    struct table systems, processes;
    struct pending *pending;
    struct session_wait *waits;
    struct kept *kept, **last_kept;
    struct session_peer peer;
    uint64_t made; /* objects by its creates so far */
    uint64_t said; /* messages since the welcome */
    uint32_t number;
    bool welcomed;
};

/* A call that sleeps in the client. */
struct session_wait {
    struct far_wait far; /* first */
    struct session *session;
    uint32_t id;
    bool ends; /* it has a time-out */
    struct session_wait *next;
};

/* A message that waits until all clients sleep. */
struct kept {
    struct message message;
    struct kept *next;
};

/* A question that is answered once all that is due has happened. */
struct asked {
    struct session *session;
    uint32_t id;
    struct asked *next;
};
static struct asked *asked;

/* A request on its way. */
struct pending {
    struct request request;  /* first: request_complete() gives it back */
    struct session *session; /* NULL: the client has gone */
    uint32_t id;
    struct held *held; /* that a create makes; NULL: none */
    struct document document;
    bool has_document;
    bool submits, over; /* in the hands of submit(), which may look at the document until it returns; answered */
    char *text;         /* the id and the document of the message, kept while it is pending */
    struct pending *next, *previous;
};

/* --- sending --- */

/* A message may wake any call that sleeps in the client: none counts as asleep until the client reports it again. */
static void wake_all(struct session *session)
{
    for (struct session_wait **link = &session->waits; *link;) {
        struct session_wait *wait = *link;
        wait->far.asleep = false;
        if (wait->ends) {
            link = &wait->next;
            continue;
        }
        *link = wait->next; /* without a time-out there is nothing to keep */
        far_wait_end(&wait->far);
        free(wait);
    }
}

static unsigned welcomed; /* sessions whose client has said hello */

static void send_message(struct session *session, const struct message *message)
{
    session->said++;
    wake_all(session);
    (void)connection_send(&session->connection, message); /* once it has ended, session_close() follows */
    session->changed(session->context);
}

static void tell(struct session *session, uint32_t kind, uint32_t number, int result, const char *document)
{
    struct message message = {.kind = kind, .value = number, .result = result};
    message.text = (char *)(uintptr_t)document; /* read only */
    message.length = document ? (uint32_t)strlen(document) : 0;
    send_message(session, &message);
}

/* --- what the client holds --- */

static void on_system(struct handle_observer *observer, int type, const char *document)
{
    struct held *held = (struct held *)observer;
    if (type == OBSERVED_STATUS_LOST)
        tell(held->session, WIRE_STATUS_LOST, held->number, 0, NULL);
    else if (type == HcsEventServiceDisconnect)
        tell(held->session, WIRE_SYSTEM_DISCONNECTED, held->number, 0, NULL);
    else
        tell(held->session, WIRE_SYSTEM_EVENT, held->number, type, document);
}

static void tell_exit(struct held *held)
{
    const struct process_status *status = &held->handle->process->status;
    struct wire_status exit = {status->process_id, status->exit_code, status->last_wait_result, 0};
    struct message message = {
        .kind = WIRE_PROCESS_EXITED, .value = held->number, .text = (char *)&exit, .length = sizeof exit};
    send_message(held->session, &message);
}

static void on_process(struct handle_observer *observer, int type, const char *document)
{
    struct held *held = (struct held *)observer;
    (void)document;
    if (type == HcsEventProcessExited)
        tell_exit(held);
    else if (type == HcsEventServiceDisconnect)
        tell(held->session, WIRE_PROCESS_DISCONNECTED, held->number, 0, NULL);
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
    held = calloc(1, sizeof *held);
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
        bool ours = handle->observer && (handle->observer->heard == on_system || handle->observer->heard == on_process);
        if (ours && ((struct held *)handle->observer)->session == session)
            return (struct held *)handle->observer;
    }
    return NULL;
}

/* A handle on an object in the client's name; NULL: no memory. */
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
    held->observer.heard = kind == HANDLE_SYSTEM ? on_system : on_process;
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
    if (!held)
        return; /* named again by an answer that came too late for the client, and then released twice: nothing is left
                 */
    uint32_t seen = (uint32_t)message->result;
    held->named -= seen < held->named ? seen : held->named;
    if (!held->named)
        let_go(held);
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
        send_message(pending->session, message);
    } else {
        connection_end(
            &pending->session->connection); /* an answer that can't be sent: the client hears of a disconnect */
        pending->session->changed(pending->session->context);
    }
    free(text);
    for (unsigned i = 0; i < message->descriptor_count; i++)
        close(message->descriptors[i]);
}

static struct held *opened(
    struct session *session, enum handle_kind kind, void *object, const struct client_handle *handles)
{
    struct held *held = held_of(session, handles);
    return held ? held : hold(session, kind, object, false);
}

/* What an open brought, or a create has made, gets its number; an exit that came before is told first. */
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

static void pending_free(struct pending *pending)
{
    struct request *request = &pending->request;
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
    if (pending->has_document && request->document)
        document_free(&pending->document);
    free(request->answer);
    free(pending->text);
    free(pending);
}

/* An open answers with an object that the engine holds; while it is answered a reference is ours, too. */
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
    if (session) {
        trace_answer(session->number, pending->id, request->result, request->answer);
        struct wire_answer answer = {0};
        struct message message = {.kind = WIRE_ANSWER, .id = pending->id, .result = request->result};
        bool made = SUCCEEDED(request->result);
        HRESULT named =
            made || pending->held ? name_object(pending, &answer) : S_OK; /* a failed create leaves a handle */
        if (FAILED(named))
            message.result = named;
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

/* The object that a create is to make, with a handle in the client's name. */
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
        pending->held->made_order = ++pending->session->made;
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

/* Fills the request in. S_OK, or what the client is answered with. */
static HRESULT fill(struct pending *pending, const struct wire_submit *submit)
{
    struct request *request = &pending->request;
    const struct held *system = find_target(&pending->session->systems, submit->system),
                      *process = find_target(&pending->session->processes, submit->process);
    if ((submit->system && !system) || (submit->process && !process))
        return E_HANDLE;
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
    if (SUCCEEDED(result) && !make_object(pending))
        result = E_OUTOFMEMORY;
    return result;
}

/* Checks that the head is valid and the message holds what the head declares. */
static bool is_submit(const struct message *message, struct wire_submit *submit)
{
    if (!message->text || message->length < sizeof *submit)
        return false;
    memcpy(submit, message->text, sizeof *submit);
    const char *id = message->text + sizeof *submit;
    uint64_t length = sizeof *submit + (uint64_t)submit->id_length + 1 + submit->document_length + 1;
    return length == message->length && submit->request < REQUEST_KINDS && submit->type < TYPE_COUNT &&
           strlen(id) == submit->id_length && strlen(id + submit->id_length + 1) == submit->document_length;
}

/* A request that needs a target has one: the engine counts on it. */
static bool has_target(const struct request *request)
{
    switch (request->kind) {
    case REQUEST_CREATE_SYSTEM:
    case REQUEST_OPEN_SYSTEM:
        return request->id != NULL;
    case REQUEST_ENUMERATE:
    case REQUEST_GET_SERVICE_PROPERTIES:
    case REQUEST_MODIFY_SERVICE:
    case REQUEST_SUBMIT_CRASH_REPORT:
        return true;
    case REQUEST_SIGNAL_PROCESS:
    case REQUEST_TERMINATE_PROCESS:
    case REQUEST_MODIFY_PROCESS:
    case REQUEST_PROCESS_INFO:
    case REQUEST_PROCESS_PROPERTIES:
        return request->process != NULL;
    default:
        return request->system != NULL;
    }
}

static void trace_submit(const struct pending *pending)
{
    const struct request *request = &pending->request;
    trace_request(pending->session->number, pending->id, spec_requests[request->kind].function, request->id,
        request->document_text);
}

static bool submit_request(struct session *session, const struct message *message)
{
    struct wire_submit submit;
    if (!is_submit(message, &submit))
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
    pending->request.kind = (enum request_kind)submit.request;
    pending->request.user = session->peer.uid;
    pending->request.answered = answered;
    if (session->pending)
        session->pending->previous = pending;
    session->pending = pending;
    progress_count_call();
    pending->submits = true;
    HRESULT result = core_engine() ? fill(pending, &submit) : HCS_E_SERVICE_NOT_AVAILABLE;
    trace_submit(pending);
    if (SUCCEEDED(result) && has_target(&pending->request))
        progress_submit(&pending->request);
    else
        request_complete(&pending->request, FAILED(result) ? result : E_INVALIDARG, NULL);
    pending->submits = false;
    if (pending->over)
        pending_free(pending);
    return true;
}

/* --- time --- */

static struct session_wait **find_wait(struct session *session, uint32_t id)
{
    struct session_wait **link = &session->waits;
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

/* NULL: no memory. */
static struct session_wait *add_wait(struct session *session, uint32_t id, bool ends)
{
    struct session_wait *wait = calloc(1, sizeof *wait);
    if (!wait)
        return NULL;
    *wait = (struct session_wait){.session = session, .id = id, .ends = ends, .next = session->waits};
    session->waits = wait;
    return wait;
}

static bool hear_sleeps(struct session *session, const struct message *message)
{
    if (message->value != session->said)
        return true; /* a message is on its way to the client, which then reports the sleep again */
    struct session_wait *wait = *find_wait(session, message->id);
    if (!wait) {
        wait = add_wait(session, message->id, (DWORD)message->result != INFINITE);
        if (!wait)
            return false;
        far_wait_begin(&wait->far, (DWORD)message->result);
    }
    wait->far.asleep = true;
    return true;
}

static void end_wait(struct session_wait **link)
{
    struct session_wait *wait = *link;
    *link = wait->next;
    far_wait_end(&wait->far);
    free(wait);
}

void session_tell_time_over(struct far_wait *far)
{
    CHECK_HELD();
    struct session_wait *wait = (struct session_wait *)far;
    send_message(wait->session, &(struct message){.kind = WIRE_TIME_OVER, .id = wait->id});
}

/* Keeps a message and takes ownership of its text. */
static bool keep(struct session *session, struct message *message)
{
    struct kept *kept = calloc(1, sizeof *kept);
    if (!kept)
        return false;
    kept->message = *message;
    message->text = NULL;
    *session->last_kept = kept;
    session->last_kept = &kept->next;
    return true;
}

unsigned session_number(const struct session *session)
{
    return session->number;
}

bool session_has_kept(const struct session *session)
{
    return session->kept != NULL;
}

static struct message take_kept(struct session *session)
{
    struct kept *kept = session->kept;
    struct message message = kept->message;
    session->kept = kept->next;
    if (!session->kept)
        session->last_kept = &session->kept;
    free(kept);
    return message;
}

static bool hear_request(struct session *session, const struct message *message)
{
    switch (message->kind) {
    case WIRE_SUBMIT:
        return submit_request(session, message);
    case WIRE_RELEASE_SYSTEM:
        release(session, HANDLE_SYSTEM, message);
        return true;
    case WIRE_RELEASE_PROCESS:
        release(session, HANDLE_PROCESS, message);
        return true;
    case WIRE_POLLED:
        (void)far_waits_drive(); /* nothing may be due */
        return true;
    default:
        return false;
    }
}

bool session_hear_kept(struct session *session)
{
    bool right = true;
    CHECK_HELD();
    while (right && session->kept) {
        struct message message = take_kept(session);
        right = hear_request(session, &message);
        message_drop(&message);
    }
    return right;
}

/* --- questions to the simulator --- */

/* Not counted as a message: it wakes no sleeping call. */
static void send_told(struct session *session, uint32_t id, HRESULT result, const struct wire_told *told)
{
    struct message message = {.kind = WIRE_TOLD, .id = id, .result = result};
    message.text = (char *)(uintptr_t)told; /* read only */
    message.length = (uint32_t)sizeof *told;
    (void)connection_send(&session->connection, &message); /* once it has ended, session_close() follows */
    session->changed(session->context);
}

/* Only root and the daemon's own user may affect other clients or have files written. */
static bool may_change(const struct session *session)
{
    return session->peer.uid == 0 || session->peer.uid == geteuid();
}

static bool begin_advance(struct session *session, const struct message *message)
{
    const struct engine *engine = core_engine();
    HRESULT result = !may_change(session)                           ? E_ACCESSDENIED
                     : !engine || engine->operations != &sim_engine ? HCS_E_SERVICE_NOT_AVAILABLE
                     : engine->time == ENGINE_TIME_REAL             ? HCS_E_INVALID_STATE
                                                                    : S_OK;
    struct session_wait *wait = SUCCEEDED(result) ? add_wait(session, message->id, true) : NULL;
    if (wait)
        far_wait_begin_advance(&wait->far, message->value);
    else
        send_told(session, message->id, FAILED(result) ? result : E_OUTOFMEMORY, &(struct wire_told){.value = 0});
    return true;
}

static bool hear_question(struct session *session, struct message *message)
{
    struct wire_told told;
    if (message->result == QUESTION_ADVANCE)
        return begin_advance(session, message);
    if (message->result == QUESTION_COUNT) {
        struct asked *next = malloc(sizeof *next);
        if (!next)
            return false;
        *next = (struct asked){session, message->id, asked};
        asked = next;
        return true;
    }
    if (message->result == QUESTION_RESET && !session_hear_kept(session))
        return false;
    HRESULT result = question_hear(message, welcomed == 1, may_change(session), &told);
    send_told(session, message->id, result, &told);
    return true;
}

void sessions_settle(void)
{
    CHECK_HELD();
    HRESULT result = core_engine() ? S_OK : HCS_E_SERVICE_NOT_AVAILABLE;
    while (asked) {
        struct asked *next = asked;
        asked = next->next;
        send_told(next->session, next->id, result, &(struct wire_told){.value = 0});
        free(next);
    }
}

static void forget_asked(const struct session *session)
{
    for (struct asked **link = &asked; *link;) {
        struct asked *next = *link;
        if (next->session != session) {
            link = &next->next;
            continue;
        }
        *link = next->next;
        free(next);
    }
}

static bool welcome(struct session *session, const struct message *message)
{
    struct wire_hello hello;
    struct engine *engine = core_engine();
    if (session->welcomed || !message->text || message->length != sizeof hello || !engine)
        return false;
    memcpy(&hello, message->text, sizeof hello);
    if (hello.oldest > WIRE_NEWEST || hello.newest < WIRE_OLDEST) {
        char line[160];
        snprintf(line, sizeof line,
            "computecored speaks the versions %d to %d of its protocol, this client %u to %u: update the older of the "
            "two",
            WIRE_OLDEST, WIRE_NEWEST, hello.oldest, hello.newest);
        tell(session, WIRE_REFUSED, 0, 0, line);
        return false;
    }
    struct wire_welcome answer = {
        hello.newest < WIRE_NEWEST ? hello.newest : WIRE_NEWEST, engine->os_build, engine->schema_minor, 0};
    send_message(
        session, &(struct message){.kind = WIRE_WELCOME, .text = (char *)&answer, .length = (uint32_t)sizeof answer});
    session->welcomed = true;
    welcomed++;
    session->number = hello.client;
    session->said = 0;
    return true;
}

bool session_hear(struct session *session, struct message *message)
{
    CHECK_HELD();
    if (message->descriptor_count)
        return false; /* clients never send descriptors */
    if (message->kind == WIRE_HELLO)
        return welcome(session, message);
    if (!session->welcomed)
        return false;
    if (message->kind == WIRE_SLEEPS)
        return hear_sleeps(session, message);
    if (message->kind == WIRE_WAIT_ENDED) {
        struct session_wait **link = find_wait(session, message->id);
        if (*link)
            end_wait(link);
        return true;
    }
    if (message->kind == WIRE_ASK)
        return hear_question(session, message);
    return core_engine() && core_engine()->clock.clients > 1 ? keep(session, message) : hear_request(session, message);
}

/* --- the life of a session --- */

struct session *session_open(int socket, struct session_peer peer, void (*changed)(void *context), void *context)
{
    struct session *session = calloc(1, sizeof *session);
    CHECK_HELD();
    if (!session || !pump_hold()) {
        free(session);
        return NULL;
    }
    connection_begin(&session->connection, socket);
    session->peer = peer;
    session->changed = changed;
    session->context = context;
    session->last_kept = &session->kept;
    return session;
}

struct connection *session_connection(struct session *session)
{
    return &session->connection;
}

static void close_table(struct table *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->list[i]->handle)
            let_go(table->list[i]);
    for (uint32_t i = 0; i < table->count; i++)
        free(table->list[i]);
    free(table->list);
}

bool session_is_welcomed(const struct session *session)
{
    return session->welcomed;
}

void session_leave(struct session *session)
{
    CHECK_HELD();
    while (session->waits)
        end_wait(&session->waits);
    forget_asked(session);
    connection_end(&session->connection);
}

void session_close(struct session *session)
{
    CHECK_HELD();
    session_leave(session);
    for (struct pending *pending = session->pending, *next; pending; pending = next) {
        next = pending->next;
        pending->session = NULL;
        pending->next = pending->previous = NULL;
        pending->held = NULL;
    }
    while (session->kept) {
        struct message message = take_kept(session);
        message_drop(&message);
    }
    welcomed -= session->welcomed;
    close_table(&session->processes);
    close_table(&session->systems);
    free(session);
    pump_release();
}
