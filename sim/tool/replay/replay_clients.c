/* Clients of computecored, replayed. Entry point: replay_clients_act(). */
#include "replay_clients.h"
#include "base/allocate.h"
#include "core/handle.h"
#include "core/progress/progress.h"
#include "core/trace.h"
#include "daemon/session/session.h"
#include "daemon/protocol/wire.h"
#include "document/document.h"
#include <string.h>

struct replay_client {
    uint32_t number, connection; /* as in the trace */
    struct session *session;     /* NULL: it has left */
    struct replay_client *next;
};

struct replay_clients {
    const struct trace_file *trace;
    void (*keep)(void *context, uint64_t process, const platform_stream streams[CLIENT_STREAMS]);
    void *context;
    struct replay_client *first;
    uint32_t unnumbered; /* that have connected so far */
};

static uint32_t number_in(const cJSON *json, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsNumber(value) && value->valuedouble >= 0 && value->valuedouble <= UINT32_MAX
               ? (uint32_t)value->valuedouble
               : 0;
}

/* --- what a client is sent --- */

static struct replay_clients *all; /* a replay is alone in its process */

static struct session *session_of(const struct connection *connection)
{
    for (const struct replay_client *client = all->first; client; client = client->next)
        if (client->session && session_connection(client->session) == connection)
            return client->session;
    return NULL;
}

/* Keeps the streams of an answer; all else of it is in the trace already. */
static void take(struct connection *connection, const struct message *message)
{
    struct wire_answer answer;
    platform_stream streams[CLIENT_STREAMS] = {PLATFORM_NO_STREAM, PLATFORM_NO_STREAM, PLATFORM_NO_STREAM};
    unsigned next = 0;
    const struct session *session = session_of(connection);
    if (message->kind != WIRE_ANSWER || !message->descriptor_count || !session)
        return;
    memcpy(&answer, message->text, sizeof answer);
    for (int i = 0; i < CLIENT_STREAMS; i++)
        if (answer.streams >> i & 1 && next < message->descriptor_count)
            streams[i] = platform_stream_duplicate(message->descriptors[next++]);
    all->keep(all->context, session_process(session, (uint32_t)answer.process), streams);
}

static void nothing_waits(void *context)
{
    (void)context;
}

/* --- its life --- */

/* The user of a client, as the first of its requests in the trace names it. */
static uint32_t user_of(const struct replay_clients *clients, uint32_t number, uint32_t connection)
{
    for (size_t i = 0; i < clients->trace->count; i++) {
        const struct trace_line *line = &clients->trace->lines[i];
        if (line->kind == TRACE_CLIENT_REQUEST && number_in(line->json, "client") == number &&
            number_in(line->json, "connection") == connection)
            return number_in(line->json, "user");
    }
    return 0;
}

static struct replay_client *add_client(struct replay_clients *clients, uint32_t number, uint32_t connection)
{
    struct wire_hello hello = {.oldest = WIRE_NEWEST, .newest = WIRE_NEWEST, .client = number};
    struct message message = {.kind = WIRE_HELLO, .text = (char *)&hello, .length = sizeof hello};
    struct replay_client *client = allocate_zeros(1, sizeof *client);
    struct peer peer = {.user = user_of(clients, number, connection)};
    *client = (struct replay_client){.number = number, .connection = connection, .next = clients->first};
    client->session = session_open(MESSAGE_NO_END, peer, nothing_waits, NULL);
    if (!client->session)
        out_of_memory();
    session_connection(client->session)->take = take;
    clients->first = client;
    (void)session_receive(client->session, &message);
    return client;
}

static struct replay_client *client_of(struct replay_clients *clients, const cJSON *json)
{
    uint32_t number = number_in(json, "client"), connection = number_in(json, "connection");
    for (struct replay_client *client = clients->first; client; client = client->next)
        if (client->session && client->number == number && client->connection == connection)
            return client;
    if (number)
        return add_client(clients, number, 0);
    struct replay_client *client = NULL; /* they came in this order, whether they did anything before or not */
    while (clients->unnumbered < connection && clients->unnumbered < clients->trace->count)
        client = add_client(clients, 0, ++clients->unnumbered);
    return client;
}

/* --- what it does --- */

/* A message as it is received; with "clients": N it would be deferred, and its turn has come. */
static bool receive(struct replay_client *client, struct message *message)
{
    return session_receive(client->session, message) && session_run_deferred(client->session);
}

static uint32_t kind_of(const char *function)
{
    uint32_t kind = 0;
    while (kind < REQUEST_KINDS && strcmp(spec_requests[kind].function, function) != 0)
        kind++;
    return kind;
}

/* The target of a request, by its handle; what was gone then is gone now. */
static void name_target(const struct replay_client *client, const char *handle, struct wire_submit *submit)
{
    uint64_t number = *handle ? session_number_of(client->session, handle_named(handle)) : 0;
    if (*handle && !number)
        number = UINT32_MAX;
    *(*handle == 'p' ? &submit->process : &submit->system) = number;
}

static const char *request(struct replay_clients *clients, struct replay_client *client, const cJSON *json)
{
    const char *id = trace_file_text(clients->trace, cJSON_GetObjectItemCaseSensitive(json, "system")),
               *document = trace_file_text(clients->trace, cJSON_GetObjectItemCaseSensitive(json, "document"));
    const char *path = trace_file_text(clients->trace, cJSON_GetObjectItemCaseSensitive(json, "path"));
    struct wire_submit submit = {
        .request = kind_of(trace_string(json, "function")), .process_id = number_in(json, "processId")};
    if (submit.request == REQUEST_KINDS)
        return "there is no such function";
    enum spec_type type = spec_requests[submit.request].document;
    submit.type = type == TYPE_Any ? TYPE_ShutdownOptions : type; /* as reserved options */
    submit.has = (id ? WIRE_HAS_ID : 0) | (document ? WIRE_HAS_DOCUMENT : 0) | (path ? WIRE_HAS_PATH : 0);
    document = path ? path : document;
    submit.id_length = (uint32_t)(id ? strlen(id) : 0);
    submit.document_length = (uint32_t)(document ? strlen(document) : 0);
    name_target(client, trace_string(json, "on"), &submit);
    size_t length = sizeof submit + submit.id_length + 1 + submit.document_length + 1;
    struct message message = {.kind = WIRE_SUBMIT, .id = number_in(json, "request"), .length = (uint32_t)length};
    message.text = allocate_zeros(1, length + 1);
    memcpy(message.text, &submit, sizeof submit);
    memcpy(message.text + sizeof submit, id ? id : "", submit.id_length);
    memcpy(message.text + sizeof submit + submit.id_length + 1, document ? document : "", submit.document_length);
    bool received = receive(client, &message);
    message_drop(&message);
    return received ? NULL : "this request is not understood";
}

static const char *release(struct replay_client *client, const cJSON *json)
{
    const char *handle = trace_string(json, "releases");
    struct message message = {.kind = *handle == 'p' ? WIRE_RELEASE_PROCESS : WIRE_RELEASE_SYSTEM,
        .value = session_number_of(client->session, handle_named(handle)),
        .result = INT32_MAX}; /* every answer that named it has been seen */
    return receive(client, &message) ? NULL : "this release is not understood";
}

static void leave(struct replay_client *client, const cJSON *json)
{
    if (strcmp(trace_string(json, "leaves"), "killed") != 0)
        (void)receive(client, &(struct message){.kind = WIRE_GOODBYE}); /* that is always understood */
    session_close(client->session);
    client->session = NULL;
}

static void poll(struct trace_client client, const cJSON *json)
{
    uint64_t limit = PLATFORM_FOREVER;
    (void)document_unsigned(cJSON_GetObjectItemCaseSensitive(json, "limit"), &limit); /* else there was none */
    trace_client_poll(client, limit);
    (void)core_drive(limit); /* nothing may be due */
}

/* What was due at that time came first. */
static void time_out(struct trace_client client, uint64_t time)
{
    while (core_drive(time) == ENGINE_RAN)
        ;
    if (core_now() < time)
        core_engine()->operations->pass(core_engine(), time);
    trace_client_time_out(client);
}

const char *replay_clients_act(struct replay_clients *clients, const struct trace_line *line)
{
    const char *why = NULL;
    core_lock();
    struct replay_client *client = client_of(clients, line->json);
    struct trace_client name = {client ? client->number : 0, client ? client->connection : 0};
    if (!client)
        why = "there is no such client";
    else if (line->kind == TRACE_CLIENT_REQUEST)
        why = request(clients, client, line->json);
    else if (line->kind == TRACE_CLIENT_RELEASE)
        why = release(client, line->json);
    else if (line->kind == TRACE_CLIENT_LEAVE)
        leave(client, line->json);
    else if (line->kind == TRACE_CLIENT_POLL)
        poll(name, line->json);
    else
        time_out(name, line->time);
    core_unlock();
    return why;
}

struct replay_clients *replay_clients_create(const struct trace_file *trace,
    void (*keep)(void *context, uint64_t process, const platform_stream streams[CLIENT_STREAMS]), void *context)
{
    all = allocate_zeros(1, sizeof *all);
    *all = (struct replay_clients){.trace = trace, .keep = keep, .context = context};
    return all;
}
