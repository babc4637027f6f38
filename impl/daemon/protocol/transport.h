/* Role: local connections between processes, and a port that waits for events on many of them. POSIX: unix sockets and
   epoll; Windows: message pipes and a completion port. place.h makes the ends. Callers:
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
/* The caller has closed all ends in it. NULL is allowed. */
void port_destroy(struct port *port);
/* mark: not NULL. false: no memory. */
bool port_add(struct port *port, message_end end, void *mark);
/* Adds the listener at which clients are accepted; at most one per port. The port owns it, even after a failure. */
bool port_listen(struct port *port, message_end listener, void *mark);
/* Stops reporting events of the end; to be called before it is closed. The end need not be in the port. */
void port_remove(struct port *port, message_end end);
/* Sets whether room to send is reported. false: the system refused. */
bool port_watch_room(struct port *port, message_end end, void *mark, bool room);
/* Ends the current port_wait(), or the next one. */
void port_wake(struct port *port);
/* Waits until something happens, for at most so many milliseconds (negative: without limit). Returns how many events
   there are; 0: the time is over, or it was woken. */
int port_wait(struct port *port, struct port_event events[PORT_EVENTS], int timeout_ms);

enum accept_outcome {
    ACCEPT_DONE,
    ACCEPT_NONE,   /* no client is waiting */
    ACCEPT_REFUSED /* a client can't be served; why holds the reason. *end, if set, is the caller's: to tell and close
                    */
};
enum { ACCEPT_WHY = 128 };
/* Accepts a client at the listener. *end is not in the port yet. */
enum accept_outcome port_accept(struct port *port, message_end *end, struct peer *peer, char why[ACCEPT_WHY]);
/* Goes on with a message that message_send() has taken and not all of which has left. MESSAGE_LATER: some is left, and
   the port reports when there is room. Does nothing on POSIX, where a message leaves whole. */
enum message_outcome transport_push(message_end end);
/* Waits until a message has arrived, for an end that is in no port. false: the time is over. */
bool transport_await(message_end end, int timeout_ms);
/* MESSAGE_NO_END is allowed. */
void transport_close(message_end end);

#endif
