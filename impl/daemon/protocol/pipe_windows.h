/* Role: what the files for Windows share: one end of a named pipe, and who may be at the other.
   Callers: message_windows.c, transport_windows.c, place_windows.c. Threads: an operation is begun by one thread at a
   time for an end and a direction; what a port counts is guarded by the lock of that port. */
#ifndef DAEMON_PIPE_WINDOWS_H
#define DAEMON_PIPE_WINDOWS_H

#include "message.h"
#include "platform/platform.h"

/* A message travels in pieces of this size, since a pipe promises no room for more, and those that wait are memory that
   the system can't page out. */
enum { PIECE_BYTES = 16 << 10 };

struct operation {
    OVERLAPPED overlapped; /* first: the port gives it back */
    bool began;            /* and its end has not been looked at */
};

struct port;

struct pipe_end {
    HANDLE handle;
    HANDLE client; /* of an end in computecored: the client's process, which handles are duplicated into; NULL: none */
    bool unproven; /* the user at the other end is looked at again with the first message */
    char *name;    /* of an end that waits for a client; from malloc */
    struct operation read, write;

    /* What arrives: the pieces of a message so far. */
    struct message arriving;
    bool begun;
    uint32_t got, capacity;
    char piece[PIECE_BYTES];

    /* What is sent: the whole message, and how much of it the pipe has taken. */
    char *sending;
    size_t length, sent, in_flight;
    int given[MESSAGE_DESCRIPTORS]; /* handles in the client that it does not know of yet */
    unsigned given_count;

    /* The port's. */
    struct port *port;
    void *mark;           /* NULL: nothing is reported */
    unsigned outstanding; /* packets of the port that are still to come */
    bool closed;
    struct pipe_end *next; /* of those that are closed */
};

static inline struct pipe_end *pipe_of(message_end end)
{
    return (struct pipe_end *)end;
}

/* message_windows.c: takes over the handle of an end; MESSAGE_NO_END without memory, and the handle is closed. */
message_end pipe_wrap(HANDLE handle);
/* Frees an end that no packet comes for any more. */
void pipe_free(struct pipe_end *pipe);
/* Begins to read unless that has begun. false: the other side has gone. */
bool pipe_begin_read(struct pipe_end *pipe);

/* transport_windows.c. Before an operation is begun, and when that has failed: the port, if there is one, gets a packet
   for each that has begun. */
void port_expect(struct pipe_end *pipe);
void port_expect_no_more(struct pipe_end *pipe);
/* Has the port report the end as if something had arrived. */
void port_report(struct pipe_end *pipe);

/* place_windows.c: an end for the next client of the pipe with that name; first: there must be none so far.
   MESSAGE_NO_END with GetLastError(). */
message_end pipe_make(const char *name, bool first);
/* Is the user of a token one that the pipe is for: this one, the system, an administrator? */
bool pipe_admits(HANDLE token);

#endif
