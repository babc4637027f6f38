/* Role: what the system has for connections between processes on one machine: where messages arrive, for many at a
   time. POSIX: unix sockets and epoll; Windows: message pipes and a completion port. place.h makes the ends. Callers:
   server.c, remote.c. Threads: a port is waited for by one thread; port_wake() may be called by any, and by signal
   handlers; the ends of a port by one thread at a time. */
#ifndef DAEMON_TRANSPORT_H
#define DAEMON_TRANSPORT_H

#include "message.h"

/* A client process, as the system vouches for it. */
struct peer {
    unsigned user, process; /* user: 0 sees the systems of all users */
    bool owns;              /* it is root's, or of the user of this process */
};

struct port;

/* What happened at a port: mark is the one that was given with the end. */
struct port_event {
    void *mark;
    bool arrived; /* a message, a client, or the end of the connection; else there is room to send */
};
enum { PORT_EVENTS = 64 };

/* NULL: no memory, or no more descriptors. */
struct port *port_create(void);
/* The ends in it are closed before. NULL is allowed. */
void port_destroy(struct port *port);
/* mark: not NULL. false: no memory. */
bool port_add(struct port *port, message_end end, void *mark);
/* Clients are let in at the listener, which is the port's from here on, also after a failure. At most one a port. */
bool port_listen(struct port *port, message_end listener, void *mark);
/* Before the end is closed: nothing is reported of it from here on. It need not be there. */
void port_remove(struct port *port, message_end end);
/* Whether room to send is reported. false: the system refused. */
bool port_watch_room(struct port *port, message_end end, void *mark, bool room);
/* Ends a port_wait() that lasts, or the next one. */
void port_wake(struct port *port);
/* Waits until something happens, for at most so many milliseconds (negative: without limit). Returns how many events
   there are; 0: the time is over, or it was woken. */
int port_wait(struct port *port, struct port_event events[PORT_EVENTS], int timeout_ms);

enum accept_outcome {
    ACCEPT_DONE,
    ACCEPT_NONE,   /* nobody else waits to be let in */
    ACCEPT_REFUSED /* somebody was turned away: why has a line */
};
enum { ACCEPT_WHY = 128 };
/* Lets a client in at the listener. *end is not in the port yet. */
enum accept_outcome port_accept(struct port *port, message_end *end, struct peer *peer, char why[ACCEPT_WHY]);
/* Waits until a message has arrived, for an end that is in no port. false: the time is over. */
bool transport_await(message_end end, int timeout_ms);
/* MESSAGE_NO_END is allowed. */
void transport_close(message_end end);

#endif
