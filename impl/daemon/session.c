/* One client of computecored. Entry points: session_open(), session_hear(). */
#include "session_parts.h"
#include "core/far_wait.h"
#include "core/progress.h"
#include "spec_hresults.h"
#include "backend/sim.h"
#include "question.h"
#include "wire.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void session_send(struct session *session, const struct message *message)
{
    session->said++;
    wake_all(session);
    (void)connection_send(&session->connection, message); /* once it has ended, session_close() follows */
    session->changed(session->context);
}

void session_tell(struct session *session, uint32_t kind, uint32_t number, int result, const char *document)
{
    struct message message = {.kind = kind, .value = number, .result = result};
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
    session_send(wait->session, &(struct message){.kind = WIRE_TIME_OVER, .id = wait->id});
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
        return session_submit(session, message);
    case WIRE_RELEASE_SYSTEM:
        session_release_system(session, message);
        return true;
    case WIRE_RELEASE_PROCESS:
        session_release_process(session, message);
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
    HRESULT result = question_hear(message, welcomed == 1, session->peer.owns, &told);
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
        session_tell(session, WIRE_REFUSED, 0, 0, line);
        return false;
    }
    struct wire_welcome answer = {
        hello.newest < WIRE_NEWEST ? hello.newest : WIRE_NEWEST, engine->os_build, engine->schema_minor, 0};
    session_send(
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
    session->last_kept = &session->kept;
    return session;
}

struct connection *session_connection(struct session *session)
{
    return &session->connection;
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
    session_forget_requests(session);
    while (session->kept) {
        struct message message = take_kept(session);
        message_drop(&message);
    }
    welcomed -= session->welcomed;
    session_close_handles(session);
    free(session);
    pump_release();
}
