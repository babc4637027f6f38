/* Role: a connection: its non-blocking end, and a queue of what could not be sent yet.
   Callers: remote.c, server.c, session.c. Threads: core lock held. */
#ifndef DAEMON_CONNECTION_H
#define DAEMON_CONNECTION_H

#include "message.h"
#include "transport.h"

struct unsent {
    struct unsent *next;
    struct message message; /* its own copy, with descriptors of its own */
};

struct connection {
    /* For replays: takes every message instead of an end. NULL: there is one. The message stays the sender's. */
    void (*take)(struct connection *connection, const struct message *message);
    message_end end;   /* MESSAGE_NO_END: it has ended */
    struct port *port; /* that it has joined; NULL: none */
    void *mark;
    bool opens;        /* its end is being made: messages are queued meanwhile */
    bool watches_room; /* the port reports room to send */
    struct unsent *first, **last;
    unsigned count;       /* of these */
    size_t waiting;       /* bytes of memory of the queue */
    unsigned descriptors; /* in the queue */
};

/* A peer that does not read: the connection ends when the queue would exceed one of these. */
enum { CONNECTION_BYTES = 32 << 20, CONNECTION_DESCRIPTORS = 256 };

void connection_begin(struct connection *connection, message_end end);
/* An end is going to be made for a connection that has none: messages are queued from here on. */
void connection_expect(struct connection *connection);
/* The end that was expected. */
void connection_open(struct connection *connection, message_end end);
/* Adds the end to a port, which reports its events with mark until the connection ends. false: the system refused. */
bool connection_join(struct connection *connection, struct port *port, void *mark);
/* Sends a message, or queues a copy; order is kept. The descriptors stay the caller's. false: the connection has ended,
   perhaps just now: no memory, or the queue is full. */
bool connection_send(struct connection *connection, const struct message *message);
/* Keeps a message, which it takes over, until connection_flush(), or until there are many: messages that are sent
   together cost one call of the system and wake the other side once. false: as above; the message has been dropped. */
bool connection_put(struct connection *connection, struct message *message);
/* The same with a copy of its text and descriptors, which stay the caller's. */
bool connection_put_copy(struct connection *connection, const struct message *message);
/* Sends what is queued; while some is left, the port reports room to send. false: as above. */
bool connection_flush(struct connection *connection);
static inline bool connection_wants_to_send(const struct connection *connection)
{
    return connection->first != NULL;
}
/* Removes the end from its port, closes it and drops the queue. */
void connection_end(struct connection *connection);

#endif
