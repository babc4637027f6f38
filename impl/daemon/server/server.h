/* Role: computecored's loop: accepts clients, passes their messages to their sessions, sends what is queued.
   Callers: computecored_posix.c, computecored_windows.c, tests. Threads: one runs the loop, which takes the core lock;
   others end it. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "daemon/protocol/transport.h"

struct server;

struct server_options {
    message_end listener; /* of place_listen(); the server's from here on */
    unsigned linger_ms;   /* how long it stays without clients and systems; 0: for ever */
    bool keeps_systems;   /* when it ends, closes the engine first: its systems live on if they can */
    /* Called by the loop before each of its turns, without the core lock, and at least every turn_ms milliseconds; must
       not block. NULL and 0: never. */
    void (*on_turn)(unsigned clients);
    unsigned turn_ms;
};

/* Returns NULL without memory or descriptors. */
struct server *server_create(const struct server_options *options);
/* Returns after server_stop(), or after linger_ms without clients and systems. */
void server_run(struct server *server);
/* From any thread, and from signal handlers. */
void server_stop(struct server *server);
void server_destroy(struct server *server);

#endif
