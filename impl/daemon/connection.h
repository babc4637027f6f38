/* Role: a connection: its end, which does not block, and what could not be sent yet.
   Callers: remote.c, server.c. Threads: the core lock is held, but in connection_flush() and connection_receive() of
   the remote engine's own thread. */
#ifndef DAEMON_CONNECTION_H
#define DAEMON_CONNECTION_H

#include "message.h"
#include "transport.h"

struct unsent {
    struct unsent *next;
    struct message message; /* its own copy, with descriptors of its own */
};

struct connection {
    message_end end;   /* MESSAGE_NO_END: it has ended */
    struct port *port; /* that it has joined; NULL: none */
    void *mark;
    bool watches_room; /* the port reports room to send */
    struct unsent *first, **last;
    size_t waiting; /* bytes that wait */
};

/* The connection ends once more bytes than this wait for a peer that does not read. */
enum { CONNECTION_LIMIT = 64 << 20 };

void connection_begin(struct connection *connection, message_end end);
/* From here on the port reports what happens, with mark, until the connection ends. false: the system refused. */
bool connection_join(struct connection *connection, struct port *port, void *mark);
/* Sends a message, or keeps it for later, in the order of the calls. The descriptors stay the caller's. false: the
   connection has ended, or ends now: there is no memory, or the other side does not read. */
bool connection_send(struct connection *connection, const struct message *message);
/* Sends what waits, and has the port report room while some is left. false: as above. */
bool connection_flush(struct connection *connection);
static inline bool connection_wants_to_send(const struct connection *connection)
{
    return connection->first != NULL;
}
/* Closes the end, which leaves its port, and drops what waits. */
void connection_end(struct connection *connection);

#endif
