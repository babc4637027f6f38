/* One client of computecored. Entry points: session_open(), session_receive(). */
#include "session_parts.h"
#include "core/lock.h"
#include "core/progress/client_wait.h"
#include "core/progress/progress.h"
#include "daemon/server/log.h"
#include "spec_hresults.h"
#include "backend/sim.h"
#include "daemon/protocol/control.h"
#include "daemon/protocol/wire.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call that is blocked in the client. */
struct session_wait {
    struct client_wait wait; /* first */
    struct session *session;
    uint32_t id;
    bool ends; /* has a time-out */
    struct session_wait *next;
};

/* A request that waits until all clients are blocked. */
struct deferred {
    struct message message;
    struct deferred *next;
};

/* A pending HcsSimCount() call. */
struct count {
    struct session *session;
    uint32_t id;
    struct count *next;
};
static struct count *counts;

/* --- sending --- */

/* A message may wake any call that is blocked in the client: none counts as asleep until the client reports it again.
 */
static void wake_all(struct session *session)
{
    for (struct session_wait **link = &session->waits; *link;) {
        struct session_wait *wait = *link;
        wait->wait.asleep = false;
        if (wait->ends) {
            link = &wait->next;
            continue;
        }
        *link = wait->next; /* without a time-out there is nothing to keep */
        session->asleep--;
        client_wait_end(&wait->wait);
        free(wait);
    }
}

static unsigned welcomed; /* sessions whose client has said hello */

void session_send(struct session *session, const struct message *message)
{
    CHECK_HELD();
    session->sent++;
    wake_all(session);
    (void)connection_put_copy(&session->connection, message); /* once it has ended, session_close() follows */
    session->changed(session->context);
}

void session_give(struct session *session, struct message *message)
{
    CHECK_HELD();
    session->sent++;
    wake_all(session);
    (void)connection_put(&session->connection, message); /* as above */
    session->changed(session->context);
}

void session_notify(
    struct session *session, uint32_t kind, uint32_t id, uint32_t number, int result, const char *document)
{
    CHECK_HELD();
    struct message message = {.kind = kind, .id = id, .value = number, .result = result};
    message.text = (char *)(uintptr_t)document; /* read only */
    message.length = document ? (uint32_t)strlen(document) : 0;
    session_send(session, &message);
}

/* --- time --- */

static struct session_wait **find_wait(struct session *session, uint32_t id)
{
    struct session_wait **link = &session->waits;
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

/* NULL: no memory, or too many. */
static struct session_wait *add_wait(struct session *session, uint32_t id, bool ends)
{
    struct session_wait *wait = session->asleep < SESSION_WAITS ? calloc(1, sizeof *wait) : NULL;
    if (!wait)
        return NULL;
    session->asleep++;
    *wait = (struct session_wait){.session = session, .id = id, .ends = ends, .next = session->waits};
    wait->wait.order = session->number;
    session->waits = wait;
    return wait;
}

static bool receive_sleep(struct session *session, const struct message *message)
{
    if (message->value != session->sent)
        return true; /* a message is on its way to the client, which then reports the sleep again */
    struct session_wait *wait = *find_wait(session, message->id);
    if (!wait) {
        wait = add_wait(session, message->id, (DWORD)message->result != INFINITE);
        if (!wait)
            return false;
        client_wait_begin(&wait->wait, (DWORD)message->result);
    }
    wait->wait.asleep = true;
    return true;
}

static void end_wait(struct session_wait **link)
{
    struct session_wait *wait = *link;
    *link = wait->next;
    wait->session->asleep--;
    client_wait_end(&wait->wait);
    free(wait);
}

void session_send_time_out(struct client_wait *client_wait)
{
    CHECK_HELD();
    struct session_wait *wait = (struct session_wait *)client_wait;
    trace_client_time_out(session_in_trace(wait->session));
    session_send(wait->session, &(struct message){.kind = WIRE_WAIT_TIMED_OUT, .id = wait->id});
}

static size_t memory_of(const struct deferred *deferred)
{
    return sizeof *deferred + deferred->message.length;
}

/* Stores a message for later and takes ownership of its text. false: no memory, or the client takes too much of it. */
static bool defer(struct session *session, struct message *message)
{
    struct deferred *deferred = session->bytes < SESSION_BYTES ? calloc(1, sizeof *deferred) : NULL;
    if (!deferred)
        return false;
    deferred->message = *message;
    session->bytes += memory_of(deferred);
    message->text = NULL;
    *session->last_deferred = deferred;
    session->last_deferred = &deferred->next;
    return true;
}

unsigned session_number(const struct session *session)
{
    CHECK_HELD();
    return session->number;
}

bool session_has_deferred(const struct session *session)
{
    CHECK_HELD();
    return session->deferred != NULL;
}

static struct message take_deferred(struct session *session)
{
    struct deferred *deferred = session->deferred;
    struct message message = deferred->message;
    session->deferred = deferred->next;
    session->bytes -= memory_of(deferred);
    if (!session->deferred)
        session->last_deferred = &session->deferred;
    free(deferred);
    return message;
}

static bool run_request(struct session *session, const struct message *message)
{
    switch (message->kind) {
    case WIRE_SUBMIT:
        return session_submit(session, message);
    case WIRE_RELEASE_SYSTEM:
        session_release_system(session, message);
        return true;
    case WIRE_RELEASE_PROCESS:
        session_release_process(session, message);
        return true;
    case WIRE_GOODBYE:
        session->said_goodbye = true;
        return true;
    case WIRE_POLLED:
        trace_client_poll(session_in_trace(session), progress_limit());
        (void)client_waits_drive(); /* nothing may be due */
        return true;
    default:
        return false;
    }
}

bool session_run_deferred(struct session *session)
{
    bool valid = true;
    CHECK_HELD();
    while (valid && session->deferred) {
        struct message message = take_deferred(session);
        valid = run_request(session, &message);
        message_drop(&message);
    }
    return valid;
}

/* --- control calls for the simulator --- */

/* Not counted as a message: it wakes no sleeping call. */
static void send_control_answer(
    struct session *session, uint32_t id, HRESULT result, const struct wire_control_answer *answer)
{
    struct message message = {.kind = WIRE_CONTROL_ANSWER, .id = id, .result = result};
    message.text = (char *)(uintptr_t)answer; /* read only */
    message.length = (uint32_t)sizeof *answer;
    (void)connection_put_copy(&session->connection, &message); /* once it has ended, session_close() follows */
    session->changed(session->context);
}

/* Only the owner of the daemon and root may affect other clients or have files written. */
static bool begin_advance(struct session *session, const struct message *message)
{
    const struct engine *engine = core_engine();
    HRESULT result = !session->peer.owns                            ? E_ACCESSDENIED
                     : !engine || engine->operations != &sim_engine ? HCS_E_SERVICE_NOT_AVAILABLE
                     : engine->time == ENGINE_TIME_REAL             ? HCS_E_INVALID_STATE
                                                                    : S_OK;
    struct session_wait *wait = SUCCEEDED(result) ? add_wait(session, message->id, true) : NULL;
    if (wait)
        client_wait_begin_advance(&wait->wait, message->value);
    else
        send_control_answer(
            session, message->id, FAILED(result) ? result : E_OUTOFMEMORY, &(struct wire_control_answer){.value = 0});
    return true;
}

static bool receive_control(struct session *session, struct message *message)
{
    struct wire_control_answer answer;
    if (message->result == CONTROL_ADVANCE)
        return begin_advance(session, message);
    if (message->result == CONTROL_COUNT) {
        struct count *next = malloc(sizeof *next);
        if (!next)
            return false;
        *next = (struct count){session, message->id, counts};
        counts = next;
        return true;
    }
    if (message->result == CONTROL_BACKEND_CALLS) {
        send_control_answer(session, message->id, S_OK, &(struct wire_control_answer){.value = session->backend_calls});
        return true;
    }
    bool changes = message->result == CONTROL_RESET || message->result == CONTROL_SCENARIO;
    if (changes && !session_run_deferred(session))
        return false;
    HRESULT result = control_run(message, welcomed == 1, session->peer.owns, &answer);
    if (changes || message->result == CONTROL_TRACE)
        log_line(LOG_LEVEL_INFO, "%s %s: 0x%08X", session->name,
            message->result == CONTROL_RESET      ? "HcsSimReset"
            : message->result == CONTROL_SCENARIO ? "HcsSimScenario"
                                                  : "HcsSimTrace",
            (unsigned)result);
    send_control_answer(session, message->id, result, &answer);
    return true;
}

void sessions_answer_counts(void)
{
    CHECK_HELD();
    const struct engine *engine = core_engine();
    HRESULT result = engine && engine->operations == &sim_engine ? S_OK : HCS_E_SERVICE_NOT_AVAILABLE;
    while (counts) {
        struct count *next = counts;
        counts = next->next;
        send_control_answer(next->session, next->id, result, &(struct wire_control_answer){.value = 0});
        free(next);
    }
}

static void forget_counts(const struct session *session)
{
    for (struct count **link = &counts; *link;) {
        struct count *next = *link;
        if (next->session != session) {
            link = &next->next;
            continue;
        }
        *link = next->next;
        free(next);
    }
}

static uint32_t unnumbered; /* clients so far that have no number */

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
        session_notify(session, WIRE_REFUSED, 0, 0, 0, line);
        log_line(LOG_LEVEL_WARNING, "%s is refused: it speaks the versions %u to %u", session->name, hello.oldest,
            hello.newest);
        return false;
    }
    struct wire_welcome answer = {hello.newest < WIRE_NEWEST ? hello.newest : WIRE_NEWEST, control_host(engine)};
    session_send(
        session, &(struct message){.kind = WIRE_WELCOME, .text = (char *)&answer, .length = (uint32_t)sizeof answer});
    session->welcomed = true;
    welcomed++;
    session->number = hello.client;
    session->order = session->number ? 0 : ++unnumbered;
    if (hello.client)
        log_line(LOG_LEVEL_INFO, "%s has the number %u", session->name, hello.client);
    session->sent = 0;
    return true;
}

bool session_receive(struct session *session, struct message *message)
{
    CHECK_HELD();
    if (message->descriptor_count)
        return false; /* clients never send descriptors */
    if (message->kind == WIRE_HELLO)
        return welcome(session, message);
    if (!session->welcomed)
        return false;
    if (message->kind == WIRE_WAIT_SLEEPS)
        return receive_sleep(session, message);
    if (message->kind == WIRE_WAIT_ENDED) {
        struct session_wait **link = find_wait(session, message->id);
        if (*link)
            end_wait(link);
        return true;
    }
    if (message->kind == WIRE_CONTROL)
        return receive_control(session, message);
    return core_engine() && core_engine()->clock.clients > 1 ? defer(session, message) : run_request(session, message);
}

/* --- the life of a session --- */

static unsigned opened; /* sessions so far */

struct session *session_open(message_end end, struct peer peer, void (*changed)(void *context), void *context)
{
    struct session *session = calloc(1, sizeof *session);
    CHECK_HELD();
    if (!session || !pump_hold()) {
        free(session);
        return NULL;
    }
    connection_begin(&session->connection, end);
    session->peer = peer;
    session->changed = changed;
    session->context = context;
    session->last_deferred = &session->deferred;
    snprintf(session->name, sizeof session->name, "client %u (uid %u, pid %u)", ++opened, peer.user, peer.process);
    return session;
}

const char *session_name(const struct session *session)
{
    CHECK_HELD();
    return session->name;
}

struct connection *session_connection(struct session *session)
{
    CHECK_HELD();
    return &session->connection;
}

void session_dismiss(struct session *session)
{
    CHECK_HELD();
    session->said_goodbye = true;
}

bool session_is_welcomed(const struct session *session)
{
    CHECK_HELD();
    return session->welcomed;
}

void session_leave(struct session *session)
{
    CHECK_HELD();
    while (session->waits)
        end_wait(&session->waits);
    forget_counts(session);
    (void)connection_flush(&session->connection); /* what was said before, as far as there is room */
    connection_end(&session->connection);
}

void session_close(struct session *session)
{
    CHECK_HELD();
    if (session->welcomed)
        trace_client_leave(session_in_trace(session), !session->said_goodbye);
    session_leave(session);
    session_forget_requests(session);
    while (session->deferred) {
        struct message message = take_deferred(session);
        message_drop(&message);
    }
    welcomed -= session->welcomed;
    session_close_handles(session);
    free(session);
    pump_release();
}
