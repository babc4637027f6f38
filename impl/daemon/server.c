/* The loop of computecored. Entry point: server_run(). */
#include "server.h"
#include "core/far_wait.h"
#include "core/lock.h"
#include "core/object.h"
#include "core/progress.h"
#include "platform/platform.h"
#include "session.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_EVENTS = 64,
    MESSAGES_A_TURN = 64,
    MAX_CLIENTS = 16384,
    LOOK_MS = 1000,
    STEPS_A_TURN = 4096,
    MILLISECOND = 1000000
};

struct client {
    struct server *server;
    struct session *session;
    int socket; /* as epoll knows it */
    struct session_peer peer;
    bool gone;         /* kept until its turn comes */
    bool sends, dirty; /* waits for room in the socket; is in the dirty list */
    struct client *next, *previous, *next_dirty;
};

struct server {
    struct server_options options;
    int epoll, wake;
    int spare; /* reserved descriptor, to turn clients away */
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
    (void)eventfd_write(client->server->wake, 1); /* a full counter wakes it, too */
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
    if (!client->gone)
        (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, client->socket, NULL); /* before its number is reused */
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
        "client %u of user %u has gone; %u left", client->peer.process, client->peer.uid, server->count);
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
    (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, client->socket, NULL);
    client->gone = true;
    server->gone++;
    server->left++;
    session_leave(client->session);
}

static void add_client(struct server *server, int socket)
{
    struct client *client = calloc(1, sizeof *client);
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (client && server->count < MAX_CLIENTS && getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        client->server = server;
        client->socket = socket;
        client->peer = (struct session_peer){peer.uid, (unsigned)peer.pid};
        client->session = session_open(socket, client->peer, on_changed, client);
    }
    if (!client || !client->session || epoll_ctl(server->epoll, EPOLL_CTL_ADD, socket, &event)) {
        int error = errno; /* close() may change errno */
        if (client && client->session)
            session_close(client->session);
        else
            close(socket);
        free(client);
        errno = error;
        server->options.log("a client can't be let in: %m");
        return;
    }
    client->next = server->clients;
    if (client->next)
        client->next->previous = client;
    server->clients = client;
    server->count++;
    server->options.log("client %u of user %u; %u now", client->peer.process, client->peer.uid, server->count);
}

static int accept_client(const struct server *server)
{
    return accept4(server->options.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

/* Out of descriptors: uses the spare one to accept and close the connection. Otherwise epoll would report it for
   ever. */
static bool turn_away(struct server *server)
{
    if (server->spare < 0)
        return false;
    close(server->spare);
    int socket = accept_client(server);
    if (socket >= 0)
        close(socket);
    server->spare = eventfd(0, EFD_CLOEXEC);
    server->options.log("a client can't be let in: there are no more descriptors");
    return socket >= 0;
}

static void let_in(struct server *server)
{
    for (;;) {
        int socket = accept_client(server);
        if (socket >= 0)
            add_client(server, socket);
        else if ((errno != EMFILE && errno != ENFILE) || !turn_away(server))
            return;
    }
}

/* Handles a limited number of its messages, so that others get a turn. Returns false if it must be dropped. */
static bool hear(struct client *client)
{
    struct connection *connection = session_connection(client->session);
    for (int i = 0; i < MESSAGES_A_TURN && connection->socket >= 0; i++) {
        struct message message;
        enum message_outcome outcome = message_receive(connection->socket, &message);
        if (outcome == MESSAGE_LATER)
            return true;
        bool right = outcome == MESSAGE_DONE && session_hear(client->session, &message);
        if (outcome == MESSAGE_DONE)
            message_drop(&message);
        if (!right && outcome != MESSAGE_ENDED)
            client->server->options.log("client %u of user %u: not understood", client->peer.process, client->peer.uid);
        if (!right)
            return false;
    }
    return connection->socket >= 0;
}

/* Sends what waits, and watches for room if some is left. Returns false if the client must be dropped. */
static bool send_rest(struct client *client)
{
    struct connection *connection = session_connection(client->session);
    if (connection->socket < 0 || !connection_flush(connection))
        return false;
    bool sends = connection_wants_to_send(connection);
    struct epoll_event event = {.events = EPOLLIN | (sends ? EPOLLOUT : 0u), .data.ptr = client};
    if (sends != client->sends && epoll_ctl(client->server->epoll, EPOLL_CTL_MOD, client->socket, &event))
        return false;
    client->sends = sends;
    return true;
}

static void look_after_dirty(struct server *server)
{
    while (server->dirty) {
        struct client *client = server->dirty;
        server->dirty = client->next_dirty;
        client->dirty = false;
        if (!send_rest(client))
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
    (void)eventfd_write(server->wake, 1);
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

static void serve(struct server *server, const struct epoll_event *event)
{
    struct client *client = event->data.ptr;
    eventfd_t count;
    if (event->data.ptr == &server->wake)
        (void)eventfd_read(server->wake, &count);
    else if (event->data.ptr == &server->options)
        let_in(server);
    else if (((event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !hear(client)) || !send_rest(client))
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
    struct epoll_event events[MAX_EVENTS];
    core_lock();
    server->busy = platform_time();
    while (!server->ends && !is_idle(server)) {
        int timeout = time_to_sleep(server);
        core_unlock();
        int ready = epoll_wait(server->epoll, events, MAX_EVENTS, timeout);
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
    (void)eventfd_write(server->wake, 1);
}

static bool add(struct server *server, int descriptor, void *mark)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = mark};
    return descriptor >= 0 && epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

struct server *server_create(const struct server_options *options)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->options = *options;
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->spare = eventfd(0, EFD_CLOEXEC);
    if (server->epoll >= 0 && add(server, server->wake, &server->wake) &&
        add(server, options->listener, &server->options))
        return server;
    server_destroy(server);
    return NULL;
}

void server_destroy(struct server *server)
{
    if (server->epoll >= 0)
        close(server->epoll);
    if (server->wake >= 0)
        close(server->wake);
    if (server->spare >= 0)
        close(server->spare);
    close(server->options.listener);
    free(server);
}
