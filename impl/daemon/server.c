/* The loop of computecored. Entry point: server_run(). */
#include "server.h"
#include "core/far_wait.h"
#include "core/lock.h"
#include "core/object.h"
#include "core/progress.h"
#include "platform/platform.h"
#include "session.h"
#include <stdlib.h>

enum { MESSAGES_A_TURN = 64, MAX_CLIENTS = 16384, LOOK_MS = 1000, STEPS_A_TURN = 4096, MILLISECOND = 1000000 };

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
    unsigned count;
    unsigned gone; /* of those */
    unsigned left; /* of the N that "clients" of the scenario has */
    bool ends;
    uint64_t busy; /* the real time at which it was in use last */
};

/* --- clients --- */

/* Called with the core lock held, on whatever thread something was said. */
static void on_changed(void *context)
{
    struct client *client = context;
    if (client->dirty)
        return;
    client->dirty = true;
    client->next_dirty = client->server->dirty;
    client->server->dirty = client;
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
    server->options.log(
        "client %u of user %u has gone; %u left", client->peer.process, client->peer.user, server->count);
    free(client);
}

/* A client has gone. With "clients": N the others hear of it in its turn, as of what it asked for. */
static void end_client(struct client *client)
{
    struct server *server = client->server;
    if (client->gone)
        return;
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

static void add_client(struct server *server, message_end end, struct peer peer)
{
    struct client *client = server->count < MAX_CLIENTS ? calloc(1, sizeof *client) : NULL;
    if (client) {
        *client = (struct client){.server = server, .peer = peer};
        client->session = session_open(end, peer, on_changed, client);
    }
    if (!client || !client->session || !connection_join(session_connection(client->session), server->port, client)) {
        if (client && client->session)
            session_close(client->session);
        else
            transport_close(end);
        free(client);
        server->options.log("a client can't be let in: there is no room for more than %u", server->count);
        return;
    }
    client->next = server->clients;
    if (client->next)
        client->next->previous = client;
    server->clients = client;
    server->count++;
    server->options.log("client %u of user %u; %u now", client->peer.process, client->peer.user, server->count);
}

static void let_in(struct server *server)
{
    for (;;) {
        message_end end;
        struct peer peer;
        char why[ACCEPT_WHY];
        enum accept_outcome outcome = port_accept(server->port, &end, &peer, why);
        if (outcome == ACCEPT_NONE)
            return;
        if (outcome == ACCEPT_DONE)
            add_client(server, end, peer);
        else
            server->options.log("a client can't be let in: %s", why);
    }
}

/* Handles a limited number of its messages, so that others get a turn. Returns false if it must be dropped. */
static bool hear(struct client *client)
{
    struct connection *connection = session_connection(client->session);
    for (int i = 0; i < MESSAGES_A_TURN && connection->end != MESSAGE_NO_END; i++) {
        struct message message;
        enum message_outcome outcome = message_receive(connection->end, &message);
        if (outcome == MESSAGE_LATER)
            return true;
        bool right = outcome == MESSAGE_DONE && session_hear(client->session, &message);
        if (outcome == MESSAGE_DONE)
            message_drop(&message);
        if (!right && outcome != MESSAGE_ENDED)
            client->server->options.log(
                "client %u of user %u: not understood", client->peer.process, client->peer.user);
        if (!right)
            return false;
    }
    return connection->end != MESSAGE_NO_END;
}

static void look_after_dirty(struct server *server)
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

/* Returns the client with the smallest number of those that are gone or have kept messages, or NULL. */
static struct client *next_kept(struct server *server)
{
    struct client *next = NULL;
    for (struct client *client = server->clients; client; client = client->next)
        if ((client->gone || session_has_kept(client->session)) &&
            (!next || session_number(client->session) < session_number(next->session)))
            next = client;
    return next;
}

/* All sleep: what they asked for before is heard in the order of their numbers, all of it before anything happens. */
static bool hear_kept(struct server *server)
{
    bool heard = false;
    for (struct client *client; (client = next_kept(server)); heard = true)
        if (!session_hear_kept(client->session) || client->gone)
            drop_client(client);
    return heard;
}

/* The clock goes on for those that sleep: with "clients": N when all N do, else when anybody does. false: there is
   more, after the others' turn. */
static bool drive(struct server *server)
{
    unsigned expected = expected_clients();
    if (server->gone && server->gone == server->count) /* no client is left that could sleep */
        (void)hear_kept(server);
    for (int i = 0; i < STEPS_A_TURN; i++) {
        unsigned asleep = far_waits_asleep();
        if (!asleep || asleep + server->left < expected)
            return true;
        if ((expected && hear_kept(server)) || far_waits_drive())
            continue;
        struct far_wait *over = far_waits_run_out(core_engine() && core_engine()->clock.clients);
        if (!over)
            return true;
        session_tell_time_over(over);
    }
    port_wake(server->port);
    return false;
}

/* Milliseconds until something has to be looked at. */
static int time_to_sleep(const struct server *server)
{
    uint64_t now = platform_time(), end = far_waits_end();
    int longest = server->options.linger_ms ? LOOK_MS : -1;
    if (end == PLATFORM_FOREVER)
        return longest;
    uint64_t left = end > now ? (end - now + MILLISECOND - 1) / MILLISECOND : 0;
    return left < LOOK_MS ? (int)left : LOOK_MS;
}

/* --- the loop --- */

static void serve(struct server *server, const struct port_event *event)
{
    struct client *client = event->mark;
    if (event->mark == server)
        let_in(server);
    else if ((event->arrived && !hear(client)) || !connection_flush(session_connection(client->session)))
        end_client(client);
}

static bool is_idle(struct server *server)
{
    uint64_t now = platform_time();
    if (server->count || object_count())
        server->busy = now;
    return server->options.linger_ms && now - server->busy >= (uint64_t)server->options.linger_ms * MILLISECOND;
}

void server_run(struct server *server)
{
    struct port_event events[PORT_EVENTS];
    core_lock();
    server->busy = platform_time();
    while (!server->ends && !is_idle(server)) {
        int timeout = time_to_sleep(server);
        core_unlock();
        int ready = port_wait(server->port, events, timeout);
        core_lock();
        for (int i = 0; i < ready; i++)
            serve(server, &events[i]);
        if (drive(server))
            sessions_settle();
        look_after_dirty(server);
        if (server->options.linger_ms == 0 || ready)
            server->busy = platform_time();
    }
    while (server->clients)
        drop_client(server->clients);
    core_unlock();
}

void server_stop(struct server *server)
{
    server->ends = true;
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
    if (port_listen(port, options->listener, server))
        return server;
    server_destroy(server);
    return NULL;
}

void server_destroy(struct server *server)
{
    port_destroy(server->port);
    free(server);
}
