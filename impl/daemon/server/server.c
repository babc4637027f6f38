/* The loop of computecored. Entry point: server_run(). */
#include "server.h"
#include "core/progress/client_wait.h"
#include "core/lock.h"
#include "core/object.h"
#include "core/progress/progress.h"
#include "log.h"
#include "platform/platform.h"
#include "daemon/session/session.h"
#include "daemon/protocol/wire.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CLIENTS = 16384, CLIENTS_A_USER = MAX_CLIENTS / 2, CLIENTS_A_TURN = 64 };
enum { BATCHES_A_TURN = 4, LOOK_MS = 1000, STEPS_A_TURN = 4096, LAST_TURNS = 1024, MILLISECOND = 1000000 };

struct client {
    struct server *server;
    struct session *session;
    struct peer peer;
    bool gone;  /* kept until its turn comes */
    bool dirty; /* in the dirty list */
    struct client *next, *previous, *next_dirty;
};

struct server {
    struct server_options options;
    struct port *port;
    struct client *clients, *dirty;
    struct message_buffer *buffer;
    bool in_turn; /* what is said now is sent at the end of the turn of the loop */
    unsigned count;
    unsigned gone; /* disconnected clients in the list */
    unsigned left; /* with "clients": N: how many of the N have disconnected */
    atomic_bool stopping; /* set by a signal handler or another thread */
    uint64_t last_busy; /* the real time at which it was in use last */
};

/* --- clients --- */

/* Called with the core lock held, on any thread. */
static void on_changed(void *context)
{
    struct client *client = context;
    struct connection *connection = session_connection(client->session);
    if (client->dirty)
        return;
    if (!client->server->in_turn && connection_flush(connection) && !connection_wants_to_send(connection))
        return;
    client->dirty = true;
    client->next_dirty = client->server->dirty;
    client->server->dirty = client;
    if (!client->server->in_turn)
        port_wake(client->server->port);
}

static void forget_dirty(struct client *client)
{
    struct client **place = &client->server->dirty;
    while (*place && *place != client)
        place = &(*place)->next_dirty;
    if (*place)
        *place = client->next_dirty;
}

/* Returns N of "clients": N, or 0 if any sleeping client lets the clock advance. */
static unsigned expected_clients(void)
{
    const struct engine *engine = core_engine();
    return engine && engine->clock.clients > 1 ? engine->clock.clients : 0;
}

static void drop_client(struct client *client)
{
    struct server *server = client->server;
    forget_dirty(client);
    if (client->gone)
        server->gone--;
    else if (expected_clients() && session_is_welcomed(client->session))
        server->left++;
    client->dirty = true; /* keeps it out of the dirty list */
    log_line(LOG_LEVEL_INFO, "%s disconnected; %u left", session_name(client->session), server->count - 1);
    session_close(client->session);
    if (client->previous)
        client->previous->next = client->next;
    else
        server->clients = client->next;
    if (client->next)
        client->next->previous = client->previous;
    server->count--;
    if (!server->count)
        server->left = 0; /* new clients are counted anew */
    free(client);
}

/* A client has disconnected. With "clients": N this takes effect in the client's turn, after its deferred requests. */
static void end_client(struct client *client)
{
    struct server *server = client->server;
    if (client->gone)
        return;
    port_wake(
        server->port); /* the others may have waited for this one: they are driven again, however it was noticed */
    if (!expected_clients() || !session_is_welcomed(client->session)) {
        drop_client(client);
        return;
    }
    forget_dirty(client);
    client->dirty = true; /* keeps it out of the dirty list */
    client->gone = true;
    server->gone++;
    server->left++;
    session_leave(client->session);
}

/* One client may not take the places of all. */
static bool has_place(const struct server *server, unsigned user)
{
    unsigned others = 0;
    for (const struct client *client = server->clients; client; client = client->next)
        others += client->peer.user == user;
    return server->count < MAX_CLIENTS && others < CLIENTS_A_USER;
}

static void refuse(message_end end, const char *why)
{
    char line[ACCEPT_WHY + 64];
    snprintf(line, sizeof line, "computecored lets no more clients in: %s", why);
    struct message message = {.kind = WIRE_REFUSED, .text = line, .length = (uint32_t)strlen(line)};
    if (end != MESSAGE_NO_END)
        (void)message_send(end, &message); /* it may have gone already */
    transport_close(end);
    log_line(LOG_LEVEL_WARNING, "a client was refused: %s", why);
}

/* false: there is no memory. */
static bool add_client(struct server *server, message_end end, struct peer peer)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client)
        return false;
    *client = (struct client){.server = server, .peer = peer};
    client->session = session_open(end, peer, on_changed, client);
    if (!client->session) {
        free(client);
        return false;
    }
    client->next = server->clients;
    if (client->next)
        client->next->previous = client;
    server->clients = client;
    server->count++;
    if (connection_join(session_connection(client->session), server->port, client))
        log_line(LOG_LEVEL_INFO, "%s connected; %u now", session_name(client->session), server->count);
    else
        drop_client(client);
    return true;
}

/* A limited number of them, so that others get a turn. */
static void accept_clients(struct server *server)
{
    for (int i = 0; i < CLIENTS_A_TURN; i++) {
        message_end end = MESSAGE_NO_END;
        struct peer peer;
        char why[ACCEPT_WHY];
        enum accept_outcome outcome = port_accept(server->port, &end, &peer, why);
        if (outcome == ACCEPT_NONE)
            return;
        if (outcome == ACCEPT_DONE && !has_place(server, peer.user))
            refuse(end, "this user has as many connections as are allowed");
        else if (outcome == ACCEPT_DONE && !add_client(server, end, peer))
            refuse(end, "out of memory");
        else if (outcome == ACCEPT_REFUSED)
            refuse(end, why);
    }
}

/* Handles the messages of a batch, or drops those after one that breaks the protocol. false: there was one. */
static bool handle(struct client *client, struct message messages[MESSAGE_BATCH], unsigned count)
{
    const struct connection *connection = session_connection(client->session);
    bool valid = true;
    for (unsigned i = 0; i < count; i++) {
        if (valid && connection->end != MESSAGE_NO_END)
            valid = session_receive(client->session, &messages[i]);
        message_drop(&messages[i]);
    }
    return valid;
}

/* Handles a limited number of its messages, so that others get a turn. Returns false if it must be dropped. */
static bool receive(struct client *client)
{
    const struct connection *connection = session_connection(client->session);
    enum message_outcome outcome = MESSAGE_DONE;
    for (int i = 0; i < BATCHES_A_TURN && outcome == MESSAGE_DONE && connection->end != MESSAGE_NO_END; i++) {
        struct message messages[MESSAGE_BATCH];
        unsigned count;
        outcome = message_receive_batch(connection->end, client->server->buffer, messages, &count);
        if (!handle(client, messages, count))
            outcome = MESSAGE_WRONG;
    }
    if (outcome == MESSAGE_WRONG)
        log_line(LOG_LEVEL_WARNING, "%s is not understood", session_name(client->session));
    return (outcome == MESSAGE_DONE || outcome == MESSAGE_LATER) && connection->end != MESSAGE_NO_END;
}

static void flush_dirty(struct server *server)
{
    while (server->dirty) {
        struct client *client = server->dirty;
        server->dirty = client->next_dirty;
        client->dirty = false;
        if (!connection_flush(session_connection(client->session)))
            end_client(client);
    }
}

/* --- time --- */

/* Returns the client with the smallest number, of all or of those that have disconnected or have deferred requests;
   NULL: there is none. */
static struct client *next_of(struct server *server, bool deferred)
{
    struct client *next = NULL;
    for (struct client *client = server->clients; client; client = client->next)
        if ((!deferred || client->gone || session_has_deferred(client->session)) &&
            (!next || session_number(client->session) < session_number(next->session)))
            next = client;
    return next;
}

/* All clients are blocked: runs their deferred requests in the order of their numbers, before any event. */
static bool run_deferred(struct server *server)
{
    bool ran = false;
    for (struct client *client; (client = next_of(server, true)); ran = true)
        if (!session_run_deferred(client->session) || client->gone)
            drop_client(client);
    return ran;
}

/* Runs events for blocked clients: with "clients": N once all N are blocked, otherwise for any. false: more is due,
   after other clients had their turn. */
static bool drive(struct server *server)
{
    unsigned expected = expected_clients();
    if (server->gone && server->gone == server->count) /* no client is left that could sleep */
        (void)run_deferred(server);
    for (int i = 0; i < STEPS_A_TURN; i++) {
        unsigned asleep = client_waits_asleep();
        if (!asleep || asleep + server->left < expected)
            return true;
        if ((expected && run_deferred(server)) || client_waits_drive())
            continue;
        struct client_wait *over = client_waits_time_out(core_engine() && core_engine()->clock.clients);
        if (!over)
            return true;
        session_send_time_out(over);
    }
    port_wake(server->port);
    return false;
}

/* Returns how many milliseconds the loop may sleep; -1: without limit. */
static int poll_timeout(const struct server *server)
{
    uint64_t now = platform_time(), end = client_waits_end();
    unsigned limit = server->options.turn_ms ? server->options.turn_ms : LOOK_MS;
    bool limited = server->options.turn_ms || server->options.linger_ms;
    if (end == PLATFORM_FOREVER)
        return limited ? (int)limit : -1;
    uint64_t left = end > now ? (end - now + MILLISECOND - 1) / MILLISECOND : 0;
    return left < limit ? (int)left : (int)limit;
}

/* --- the loop --- */

static void serve(struct server *server, const struct port_event *event)
{
    struct client *client = event->mark;
    if (event->mark == server)
        accept_clients(server);
    else if ((event->arrived && !receive(client)) || !connection_flush(session_connection(client->session)))
        end_client(client);
}

static bool is_idle(struct server *server)
{
    uint64_t now = platform_time();
    if (server->count || object_count())
        server->last_busy = now;
    return server->options.linger_ms && now - server->last_busy >= (uint64_t)server->options.linger_ms * MILLISECOND;
}

/* Clients that have ended before the daemon was asked to have done so in its traces, too. */
static void receive_last(struct server *server)
{
    struct port_event events[PORT_EVENTS];
    int ready;
    for (int i = 0; i < LAST_TURNS && (ready = port_wait(server->port, events, 0)) > 0; i++)
        for (int j = 0; j < ready; j++)
            if (events[j].mark != server)
                serve(server, &events[j]);
    (void)drive(server); /* what is left undone ends here */
}

/* The service ends, or is restarted: the clients are disconnected first. An engine whose systems live on is closed
   before the handles are, since no client closed those: a system that ends with its last handle stays. */
static void end_all(struct server *server)
{
    for (struct client *client = server->clients; client; client = client->next)
        session_leave(client->session);
    if (server->options.keeps_systems)
        core_end();
    for (struct client *client; (client = next_of(server, false));) {
        session_dismiss(client->session);
        drop_client(client);
    }
}

void server_run(struct server *server)
{
    struct port_event events[PORT_EVENTS];
    core_lock();
    server->last_busy = platform_time();
    while (!server->stopping && !is_idle(server)) {
        int timeout = poll_timeout(server);
        unsigned clients = server->count;
        core_unlock();
        if (server->options.on_turn)
            server->options.on_turn(clients);
        int ready = port_wait(server->port, events, timeout);
        core_lock();
        server->in_turn = true;
        for (int i = 0; i < ready; i++)
            serve(server, &events[i]);
        if (drive(server))
            sessions_answer_counts();
        flush_dirty(server);
        server->in_turn = false;
        if (server->options.linger_ms == 0 || ready)
            server->last_busy = platform_time();
    }
    receive_last(server);
    end_all(server);
    core_unlock();
}

void server_stop(struct server *server)
{
    server->stopping = true;
    port_wake(server->port);
}

struct server *server_create(const struct server_options *options)
{
    struct server *server = calloc(1, sizeof *server);
    struct port *port = server ? port_create() : NULL;
    if (!port) {
        transport_close(options->listener);
        free(server);
        return NULL;
    }
    server->options = *options;
    server->port = port;
    server->buffer = message_buffer_create();
    if (port_listen(port, options->listener, server) && server->buffer)
        return server;
    server_destroy(server);
    return NULL;
}

void server_destroy(struct server *server)
{
    port_destroy(server->port);
    message_buffer_destroy(server->buffer);
    free(server);
}
