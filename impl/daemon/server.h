/* Role: computecored's loop: lets clients in, hands what they say to their sessions, sends what waits.
   Callers: computecored.c, tests. Threads: one runs the loop, which takes the core lock; others end it. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "transport.h"

struct server;

struct server_options {
    message_end listener; /* of place_listen(); the server's from here on */
    unsigned linger_ms;   /* how long it stays without clients and systems; 0: for ever */
    void (*log)(const char *format, ...) __attribute__((format(printf, 1, 2)));
};

/* Returns NULL without memory or descriptors. */
struct server *server_create(const struct server_options *options);
/* Serves until it is asked to end, or has nothing left to do for the time given. */
void server_run(struct server *server);
/* From any thread, and from signal handlers. */
void server_stop(struct server *server);
void server_destroy(struct server *server);

#endif
