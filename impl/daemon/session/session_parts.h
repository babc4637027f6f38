/* Role: shared by session_requests.c (the client's requests), session_handles.c (what it holds) and session.c
   (connection, waits, control calls). Threads: core lock held. */
#ifndef DAEMON_SESSION_PARTS_H
#define DAEMON_SESSION_PARTS_H

#include "core/trace.h"
#include "session.h"

struct held;
struct deferred;
struct pending;
struct session_wait;

struct table {
    struct held **list; /* by number - 1 */
    uint32_t count, capacity;
    struct held *free;
};

struct session {
    struct connection connection;
    void (*changed)(void *context);
    void *context;
    struct table systems, processes;
    struct pending *pending;
    struct session_wait *waits;
    struct deferred *deferred, **last_deferred;
    struct peer peer;
    size_t bytes;           /* of memory in its pending requests and deferred messages */
    unsigned asleep;        /* how many waits there are */
    uint64_t backend_calls; /* for its requests */
    uint64_t created;       /* objects that its creates have made so far */
    uint64_t sent;          /* messages sent since the welcome */
    uint32_t number;
    uint32_t order; /* of those without a number, from 1 */
    bool welcomed;
    bool said_goodbye;
    char name[48]; /* for the log */
};

/* What one client may take: bytes in requests that are not answered, calls that are blocked at a time. */
enum { SESSION_BYTES = 64 << 20, SESSION_WAITS = 8192 };

static inline struct trace_client session_in_trace(const struct session *session)
{
    return (struct trace_client){session->number, session->order};
}

/* In session.c. Sends a message; session_notify() builds it from a kind, the id of a request (0: none), an
   object's number, a result and a document (NULL: none). Any message may wake calls that are blocked in the client. */
void session_send(struct session *session, const struct message *message);
/* The same for a message with text from malloc() and descriptors that it takes over. */
void session_give(struct session *session, struct message *message);
void session_notify(
    struct session *session, uint32_t kind, uint32_t id, uint32_t number, int result, const char *document);

/* In session_requests.c. Handles WIRE_SUBMIT. false: the message breaks the protocol, or there is no memory. */
bool session_submit(struct session *session, const struct message *message);
/* For a client that has disconnected: its pending requests complete without an answer. */
void session_forget_requests(struct session *session);

/* In session_handles.c. WIRE_RELEASE_SYSTEM and WIRE_RELEASE_PROCESS. */
void session_release_system(struct session *session, const struct message *message);
void session_release_process(struct session *session, const struct message *message);
/* The handles of a client that has disconnected. */
void session_close_handles(struct session *session);

#endif
