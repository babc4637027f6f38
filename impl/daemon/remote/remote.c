/* The engine whose systems live in computecored. Entry point: remote_open().
   What the daemon says is received in remote_reader.c. The end of the daemon counts as a restart of the service:
   pending requests fail, the handles are disconnected, and the next request connects to a daemon again. */
#include "remote_parts.h"
#include "core/lock.h"
#include "core/object.h"
#include "core/progress/progress.h"
#include "daemon/protocol/place.h"
#include "daemon/protocol/control.h"
#include "spec_hresults.h"
#include "daemon/protocol/wire.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A daemon numbers from 1 what a client holds at a time: so many take 128 MiB here, and far more there. */
enum { IDLE_MS = 10, HIGHEST_NUMBER = 1 << 24 };

/* --- numbers --- */

static bool is_number(uint64_t number)
{
    return number && number <= HIGHEST_NUMBER;
}

/* NULL: no daemon gives that number, or there is no memory. */
static struct remote_object **slot(struct table *table, uint64_t number)
{
    if (!is_number(number))
        return NULL;
    while (number > table->capacity) {
        uint32_t capacity = table->capacity ? table->capacity * 2 : 16;
        struct remote_object **list = realloc(table->list, capacity * sizeof(struct remote_object *));
        if (!list)
            return NULL;
        memset(list + table->capacity, 0, (capacity - table->capacity) * sizeof(struct remote_object *));
        table->list = list;
        table->capacity = capacity;
    }
    return &table->list[number - 1];
}

static struct remote_object *find(const struct table *table, uint64_t number)
{
    return number && number <= table->capacity ? table->list[number - 1] : NULL;
}

/* Returns a free id for a request, or 0 without memory. */
static uint32_t assign_id(struct remote *remote, struct request *request)
{
    while (remote->free < remote->capacity && remote->pending[remote->free])
        remote->free++;
    if (remote->free == remote->capacity) {
        uint32_t capacity = remote->capacity ? remote->capacity * 2 : 16;
        struct request **pending = realloc(remote->pending, capacity * sizeof(struct request *));
        if (!pending)
            return 0;
        memset(pending + remote->capacity, 0, (capacity - remote->capacity) * sizeof(struct request *));
        remote->pending = pending;
        remote->capacity = capacity;
    }
    remote->pending[remote->free] = request;
    return ++remote->free;
}

/* Returns the request with the id, or NULL. */
static struct request *pending_request(const struct remote *remote, uint32_t id)
{
    return id && id <= remote->capacity ? remote->pending[id - 1] : NULL;
}

static struct request *take_request(struct remote *remote, uint32_t id)
{
    struct request *request = pending_request(remote, id);
    if (request)
        remote->pending[id - 1] = NULL;
    if (request && id - 1 < remote->free)
        remote->free = id - 1;
    return request;
}

/* --- the daemon has gone --- */

static void remote_system_released(struct engine *engine, struct system *system);
static void remote_process_released(struct engine *engine, struct process *process);

static void disconnect_objects(struct remote *remote, struct table *table, bool processes)
{
    for (uint32_t i = 0; i < table->capacity; i++) {
        struct remote_object *object = table->list[i];
        if (!object)
            continue;
        object->number = 0;
        table->list[i] = NULL;
        if (processes)
            process_disconnect(object->process);
        else
            system_disconnect(object->system);
        if (processes && !process_has_handles(object->process)) /* its open was not answered */
            remote_process_released(&remote->engine, object->process);
        else if (!processes && !system_has_handles(object->system))
            remote_system_released(&remote->engine, object->system);
    }
}

/* Is the request a create or an open of that? */
static bool makes(const struct request *request, enum spec_about about)
{
    return spec_requests[request->kind].makes && spec_requests[request->kind].about == about;
}

/* Answers a request. Releases what it has made or opened if that has no handle: those of a create may have been closed
   meanwhile, and there may be no memory for that of an open. */
static void answer_request(struct remote *remote, struct request *request, HRESULT result, char *document)
{
    struct system *system = makes(request, ABOUT_SYSTEM) ? request->system : NULL;
    struct process *process = makes(request, ABOUT_PROCESS) ? request->process : NULL;
    if (system)
        (void)system_ref(system);
    if (process)
        (void)process_ref(process);
    struct remote_object *object = system ? system_engine(system) : process ? process_engine(process) : NULL;
    request_complete(request, result, document);
    if (object)
        object->created = false;
    if (system) {
        if (!system_has_handles(system))
            remote_system_released(&remote->engine, system);
        system_unref(system);
    } else if (process) {
        if (!process_has_handles(process))
            remote_process_released(&remote->engine, process);
        process_unref(process);
    }
}

void remote_answer_all(struct remote *remote, HRESULT result)
{
    CHECK_HELD();
    for (uint32_t id = 1; id <= remote->capacity; id++) {
        struct request *request = take_request(remote, id);
        if (request)
            answer_request(remote, request, result, NULL);
    }
}

void remote_lose_daemon(struct remote *remote)
{
    CHECK_HELD();
    connection_end(&remote->connection);
    remote_answer_all(remote, HCS_E_SERVICE_DISCONNECT);
    controls_end(&remote->controls, HCS_E_SERVICE_DISCONNECT);
    disconnect_objects(remote, &remote->processes, true);
    disconnect_objects(remote, &remote->systems, false);
}

/* What was put before goes first, and along. */
static void send_message(struct remote *remote, const struct message *message)
{
    struct connection *connection = &remote->connection;
    bool sent = connection_wants_to_send(connection) && !connection->watches_room
                    ? connection_put_copy(connection, message) && connection_flush(connection)
                    : connection_send(connection, message);
    if (!sent || (connection_wants_to_send(connection) && !connection->opens))
        port_wake(remote->port); /* who reads there sends the rest, or sees the end */
}

/* --- requests --- */

static uint64_t number_of(const struct remote_object *object)
{
    if (!object || object->number || !object->created)
        return object ? object->number : 0;
    return object->making ? WIRE_MADE_BY | object->making : 0;
}

static char *pack(const struct request *request, const struct wire_submit *submit, size_t *length)
{
    *length = sizeof *submit + submit->id_length + 1 + submit->document_length + 1;
    char *text = malloc(*length);
    if (!text)
        return NULL;
    memcpy(text, submit, sizeof *submit);
    char *end = text + sizeof *submit;
    memcpy(end, request->id ? request->id : "", submit->id_length + 1);
    end += submit->id_length + 1;
    const char *text_or_path = request->path ? request->path : request->document_text;
    memcpy(end, text_or_path ? text_or_path : "", submit->document_length);
    end[submit->document_length] = 0;
    return text;
}

/* Attaches this engine to the object of a create, which has no number until the answer. */
static HRESULT attach_new(struct request *request)
{
    bool system = request->kind == REQUEST_CREATE_SYSTEM, process = request->kind == REQUEST_CREATE_PROCESS;
    if (!system && !process)
        return S_OK;
    struct remote_object *object = calloc(1, sizeof *object);
    if (!object)
        return E_OUTOFMEMORY;
    object->created = true;
    if (system) {
        object->system = system_ref(request->system);
        system_attach(request->system, object);
    } else { /* a process of a system that ends with it */
        object->process = process_ref(request->process);
        process_attach(request->process, object);
    }
    return S_OK;
}

static HRESULT send_request(struct remote *remote, struct request *request)
{
    struct wire_submit submit = {.request = request->kind, .process_id = request->process_id};
    size_t length;
    bool creates_process = request->kind == REQUEST_CREATE_PROCESS;
    bool to_process = request->process && !creates_process; /* whose system may have no handle any more */
    bool to_system = request->system && !to_process && request->kind != REQUEST_CREATE_SYSTEM;
    if (to_system && !system_engine(request->system))
        return HCS_E_SYSTEM_NOT_FOUND; /* HCS-ROW: H-25 its document was refused, computecored knows nothing of it */
    if (to_system)
        submit.system = number_of(system_engine(request->system));
    if (to_process)
        submit.process = number_of(process_engine(request->process));
    if ((to_system && !submit.system) || (to_process && !submit.process))
        return HCS_E_SERVICE_DISCONNECT;
    if (request->id) {
        submit.has |= WIRE_HAS_ID;
        submit.id_length = (uint32_t)strlen(request->id);
    }
    if (request->document_text) {
        submit.has |= WIRE_HAS_DOCUMENT;
        submit.type = request->document ? request->document->type : 0;
        submit.document_length = (uint32_t)request->document_length;
    }
    if (request->path) {
        submit.has |= WIRE_HAS_PATH;
        submit.document_length = (uint32_t)strlen(request->path);
    }
    char *text = pack(request, &submit, &length);
    uint32_t id = text ? assign_id(remote, request) : 0;
    struct remote_object *made = creates_process                          ? process_engine(request->process)
                                 : request->kind == REQUEST_CREATE_SYSTEM ? system_engine(request->system)
                                                                          : NULL;
    if (made)
        made->making = id;
    struct message message = {.kind = WIRE_SUBMIT, .id = id, .text = text, .length = (uint32_t)length};
    if (id && !request->operation && !request->answered) {
        (void)connection_put(&remote->connection, &message); /* the caller waits: it is sent with word of that */
        return S_OK;
    }
    if (id)
        send_message(remote, &message);
    free(text);
    return id ? S_OK : E_OUTOFMEMORY;
}

static void remote_submit(struct engine *engine, struct request *request)
{
    struct remote *remote = (struct remote *)engine;
    HRESULT result = attach_new(request);
    remote_need_daemon(remote);
    if (SUCCEEDED(result))
        result = send_request(remote, request);
    if (FAILED(result))
        answer_request(remote, request, result, NULL);
}

static void release(struct remote *remote, struct table *table, uint32_t kind, struct remote_object *object)
{
    if (!object->number)
        return;
    table->list[object->number - 1] = NULL;
    send_message(remote, &(struct message){.kind = kind, .value = object->number, .result = (int32_t)object->named});
    object->number = 0;
}

static void remote_system_released(struct engine *engine, struct system *system)
{
    struct remote *remote = (struct remote *)engine;
    struct remote_object *object = system_engine(system);
    if (!object)
        return;
    if (object->created)
        return; /* answer_request() calls this function again */
    release(remote, &remote->systems, WIRE_RELEASE_SYSTEM, object);
    system_attach(system, NULL);
    system_unref(system);
    free(object);
}

static void remote_process_released(struct engine *engine, struct process *process)
{
    struct remote *remote = (struct remote *)engine;
    struct remote_object *object = process_engine(process);
    if (!object)
        return;
    if (object->created)
        return;
    release(remote, &remote->processes, WIRE_RELEASE_PROCESS, object);
    process_attach(process, NULL);
    process_unref(process);
    free(object);
}

/* --- time --- */

static struct engine_wait **find_wait(struct remote *remote, uint32_t id)
{
    struct engine_wait **link = &remote->waits;
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

static void remote_wait_sleeps(struct engine *engine, struct engine_wait *wait)
{
    struct remote *remote = (struct remote *)engine;
    if (wait->reported == remote->received + 1)
        return; /* the daemon knows, and no message has arrived since */
    if (!wait->reported) {
        wait->next = remote->waits;
        remote->waits = wait;
    }
    wait->reported = remote->received + 1;
    send_message(remote,
        &(struct message){
            .kind = WIRE_WAIT_SLEEPS, .id = wait->id, .result = (int32_t)wait->timeout_ms, .value = remote->received});
}

static void remote_wait_ended(struct engine *engine, struct engine_wait *wait)
{
    struct remote *remote = (struct remote *)engine;
    struct engine_wait **link = find_wait(remote, wait->id);
    if (!*link)
        return;
    *link = wait->next;
    if (wait->timeout_ms != INFINITE ||
        wait->reported == remote->received + 1) /* otherwise the daemon has dropped it */
        send_message(remote, &(struct message){.kind = WIRE_WAIT_ENDED, .id = wait->id});
}

static void remote_polled(struct engine *engine)
{
    send_message((struct remote *)engine, &(struct message){.kind = WIRE_POLLED});
}

static void remote_control(struct engine *engine, struct engine_control *control)
{
    struct remote *remote = (struct remote *)engine;
    struct message message;
    if (!control_pack(control, &message)) {
        control_answer(control, E_OUTOFMEMORY, 0);
        return;
    }
    remote_need_daemon(remote);
    control->next = remote->controls;
    remote->controls = control;
    send_message(remote, &message);
    free(message.text);
}

static bool receive_control_answer(struct remote *remote, const struct message *message)
{
    struct wire_control_answer answer;
    struct engine_control *control = controls_take(&remote->controls, message->id);
    if (!control || !message->text || message->length != sizeof answer)
        return false;
    memcpy(&answer, message->text, sizeof answer);
    control->changed = answer.changed;
    if (answer.changed)
        remote_take_host(remote, &answer.host);
    control_answer(control, message->result, answer.value);
    return true;
}

static void receive_time_out(struct remote *remote, const struct message *message)
{
    struct engine_wait *wait = *find_wait(remote, message->id);
    struct engine_control *control = controls_take(&remote->controls, message->id);
    if (wait)
        wait->over = true;
    if (control)
        control_answer(control, S_OK, 0);
}

/* A new daemon knows none of the waits. */
void remote_forget_waits(struct remote *remote)
{
    CHECK_HELD();
    for (struct engine_wait *wait = remote->waits; wait; wait = wait->next)
        wait->reported = 0;
    remote->waits = NULL;
    remote->received = 0;
}

/* --- answers --- */

static bool make_system(struct remote_object *object)
{
    object->system = system_create();
    if (object->system)
        system_attach(object->system, object);
    return object->system != NULL;
}

static bool make_process(struct remote_object *object, struct system *system, uint32_t process_id)
{
    object->process = process_create(system);
    if (!object->process)
        return false;
    process_attach(object->process, object);
    process_set_id(object->process, process_id);
    return true;
}

/* Returns the object with the number, a new one if there is none, or NULL as slot(). of: the system of a process; NULL:
   it is a system. */
static struct remote_object *object_with(struct table *table, uint64_t number, struct system *of, uint32_t process_id)
{
    struct remote_object **place = slot(table, number);
    if (!place || *place)
        return place ? *place : NULL;
    struct remote_object *object = calloc(1, sizeof *object);
    if (!object || !(of ? make_process(object, of, process_id) : make_system(object))) {
        free(object);
        return NULL;
    }
    object->number = (uint32_t)number;
    return *place = object;
}

/* Gives the object of a create its number. NULL: as slot(). */
static struct remote_object *number_made(struct table *table, uint64_t number, struct remote_object *made)
{
    struct remote_object **place = slot(table, number);
    if (!place)
        return NULL;
    made->number = (uint32_t)number;
    return *place = made;
}

/* Without memory for what an answer names: the daemon releases it. */
static HRESULT give_back(struct remote *remote, uint32_t kind, uint64_t number)
{
    send_message(remote, &(struct message){.kind = kind, .value = number, .result = 1});
    return E_OUTOFMEMORY;
}

/* The number of what a create or an open is answered with; 0: there is none. */
static uint64_t number_in(const struct request *request, const struct wire_answer *answer)
{
    return makes(request, ABOUT_PROCESS) ? answer->process : makes(request, ABOUT_SYSTEM) ? answer->system : 0;
}

/* Records that number. An open may return an object that has a handle already. */
static HRESULT bind_object(struct remote *remote, struct request *request, const struct wire_answer *answer)
{
    uint64_t number = number_in(request, answer);
    struct remote_object *object;
    if (request->kind == REQUEST_CREATE_SYSTEM)
        object = number_made(&remote->systems, number, system_engine(request->system));
    else if (request->kind == REQUEST_CREATE_PROCESS)
        object = number_made(&remote->processes, number, process_engine(request->process));
    else if (request->kind == REQUEST_OPEN_SYSTEM)
        object = object_with(&remote->systems, number, NULL, 0);
    else
        object = object_with(&remote->processes, number, request->system, answer->process_id);
    if (!object)
        return give_back(remote, makes(request, ABOUT_PROCESS) ? WIRE_RELEASE_PROCESS : WIRE_RELEASE_SYSTEM, number);
    object->named++;
    if (request->kind == REQUEST_OPEN_SYSTEM)
        request->system = object->system;
    else if (request->kind == REQUEST_OPEN_PROCESS)
        request->process = object->process;
    else if (request->kind == REQUEST_CREATE_PROCESS && answer->process_id)
        process_set_id(request->process, answer->process_id);
    return S_OK;
}

/* Gives the streams to the process; those that can't be adopted are closed. */
static HRESULT adopt_streams(struct request *request, const struct wire_answer *answer, struct message *message)
{
    HRESULT result = S_OK;
    unsigned next = 0;
    for (int i = 0; i < STREAM_COUNT; i++)
        if (answer->streams >> i & 1 && next < message->descriptor_count) {
            HRESULT adopted = stream_adopt(request->process, (enum engine_stream)i, message->descriptors[next]);
            message->descriptors[next++] = -1;
            if (FAILED(adopted))
                result = adopted;
        }
    return result;
}

/* Returns whether a daemon may answer the request so: what it opened or created has a number, and a process an id. */
static bool answers(const struct request *request, const struct wire_answer *answer, const struct message *message)
{
    uint64_t number = number_in(request, answer);
    if (message->length != sizeof *answer + (uint64_t)answer->document_length + 1)
        return false;
    if (number || (spec_requests[request->kind].makes && SUCCEEDED(message->result)))
        return is_number(number) && (request->kind != REQUEST_OPEN_PROCESS || answer->process_id);
    return true;
}

static bool receive_answer(struct remote *remote, struct message *message)
{
    struct wire_answer answer;
    if (!message->text || message->length < sizeof answer + 1)
        return false;
    memcpy(&answer, message->text, sizeof answer);
    struct request *request = pending_request(remote, message->id);
    if (!request || !answers(request, &answer, message))
        return false; /* the request is answered with all others that are pending */
    (void)take_request(remote, message->id);
    HRESULT result = number_in(request, &answer) ? bind_object(remote, request, &answer) : S_OK;
    if (SUCCEEDED(result) && request->kind == REQUEST_CREATE_PROCESS)
        result = adopt_streams(request, &answer, message);
    if (SUCCEEDED(result))
        result = message->result;
    char *document = answer.has_document ? strdup(message->text + sizeof answer) : NULL;
    answer_request(remote, request, result, document);
    return true;
}

/* --- events --- */

/* An event that comes before the answer to an open names that request: its object is made now. An open tells again what
   its object may have been told already. Returns false without memory for what must not be lost. */
static bool receive_system_event(struct remote *remote, const struct message *message)
{
    const struct request *request = pending_request(remote, message->id);
    bool opens = request && request->kind == REQUEST_OPEN_SYSTEM;
    struct remote_object *object =
        opens ? object_with(&remote->systems, message->value, NULL, 0) : find(&remote->systems, message->value);
    if (!object)
        return !opens; /* the client has released it meanwhile */
    struct system *system = object->system;
    bool over = system->exited;
    if (message->kind == WIRE_STATUS_LOST) {
        if (!over && !system->status_lost)
            system_lose_status(system);
    } else if (!over || message->result != HcsEventSystemExited) {
        system_event(system, message->result, message->text);
    }
    return true;
}

/* The same for the exit of a process. */
static bool receive_exit(struct remote *remote, const struct message *message)
{
    struct wire_status wire;
    if (!message->text || message->length != sizeof wire)
        return false;
    memcpy(&wire, message->text, sizeof wire);
    const struct request *request = pending_request(remote, message->id);
    bool opens = request && request->kind == REQUEST_OPEN_PROCESS;
    if (opens && !wire.process_id)
        return false;
    struct remote_object *object =
        opens ? object_with(&remote->processes, message->value, request->system, wire.process_id)
              : find(&remote->processes, message->value);
    if (object && object->process->status.process_id != wire.process_id)
        return false;
    struct process_status status = {wire.process_id, wire.exit_code, wire.last_wait_result, true};
    if (object && !object->process->status.exited)
        process_event(object->process, &status);
    return object || !opens;
}

static void receive_disconnect(struct table *table, uint64_t number, bool process)
{
    struct remote_object *object = find(table, number);
    if (object && process)
        process_disconnect(object->process);
    else if (object)
        system_disconnect(object->system);
}

/* Returns false for a message that a daemon never sends, and without memory for it. */
bool remote_receive(struct remote *remote, struct message *message)
{
    CHECK_HELD();
    if (message->kind == WIRE_CONTROL_ANSWER)
        return receive_control_answer(remote, message);
    remote->received++;
    switch (message->kind) {
    case WIRE_ANSWER:
        return receive_answer(remote, message);
    case WIRE_WAIT_TIMED_OUT:
        receive_time_out(remote, message);
        return true;
    case WIRE_SYSTEM_EVENT:
    case WIRE_STATUS_LOST:
        return receive_system_event(remote, message);
    case WIRE_PROCESS_EXITED:
        return receive_exit(remote, message);
    case WIRE_SYSTEM_DISCONNECTED:
        receive_disconnect(&remote->systems, message->value, false);
        return true;
    case WIRE_PROCESS_DISCONNECTED:
        receive_disconnect(&remote->processes, message->value, true);
        return true;
    default:
        return false;
    }
}

/* --- the life of the engine --- */

static void remote_free(struct remote *remote)
{
    connection_end(&remote->connection);
    port_destroy(remote->port);
    message_buffer_destroy(remote->buffer);
    free(remote->systems.list);
    free(remote->processes.list);
    free(remote->pending);
    free(remote->name);
    free(remote);
}

static atomic_bool opened; /* once at least: at the end of the program there may be a daemon to tell */

static HRESULT remote_open(const struct engine_options *options, struct engine **engine)
{
    struct remote *remote = calloc(1, sizeof *remote);
    const char *name = engine_option(options, "COMPUTECORE_ENGINE");
    if (!remote)
        return E_OUTOFMEMORY;
    connection_begin(&remote->connection, MESSAGE_NO_END);
    remote->engine.operations = &remote_engine;
    remote->engine.time = ENGINE_TIME_ELSEWHERE;
    remote->engine.clock.idle_ms = IDLE_MS;
    remote->name = strdup(name ? name : "host");
    remote->port = port_create();
    remote->buffer = message_buffer_create();
    remote->ended = remote->idle = (struct platform_condition)PLATFORM_CONDITION;
    HRESULT result = remote->name && remote->port && remote->buffer ? remote_start(remote) : E_OUTOFMEMORY;
    if (FAILED(result))
        remote_free(remote);
    else
        *engine = &remote->engine;
    atomic_store(&opened, atomic_load(&opened) || SUCCEEDED(result));
    return result;
}

static void say_goodbye(struct remote *remote)
{
    send_message(remote, &(struct message){.kind = WIRE_GOODBYE}); /* if it is still there; with what waits */
}

/* After all that the program itself does at its end. A thread that runs on beside it and has the lock is not waited for
   long: it may be one that is gone. */
__attribute__((destructor)) static void end_with_program(void)
{
    if (!atomic_load(&opened) || core_is_forked() || !core_lock_soon())
        return;
    struct engine *engine = core_engine_there();
    if (engine && engine->operations == &remote_engine)
        say_goodbye((struct remote *)engine);
    core_unlock();
}

static void forget(struct table *table, bool processes)
{
    for (uint32_t i = 0; i < table->capacity; i++) {
        struct remote_object *object = table->list[i];
        if (!object)
            continue;
        if (processes) {
            process_attach(object->process, NULL);
            process_unref(object->process);
        } else {
            system_attach(object->system, NULL);
            system_unref(object->system);
        }
        free(object);
    }
}

static void remote_close(struct engine *engine)
{
    struct remote *remote = (struct remote *)engine;
    say_goodbye(remote);
    connection_end(&remote->connection);
    remote_answer_all(remote, HCS_E_TERMINATED);
    controls_end(&remote->controls, HCS_E_TERMINATED);
    forget(&remote->processes, true);
    forget(&remote->systems, false);
    remote_free(remote);
}

const struct engine_operations remote_engine = {.name = "host",
    .open = remote_open,
    .stop = remote_stop,
    .close = remote_close,
    .submit = remote_submit,
    .system_released = remote_system_released,
    .process_released = remote_process_released,
    .wait_sleeps = remote_wait_sleeps,
    .wait_ended = remote_wait_ended,
    .rest = remote_rest,
    .wake = remote_wake,
    .polled = remote_polled,
    .control = remote_control};
