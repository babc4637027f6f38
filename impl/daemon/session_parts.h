/* Role: what the files of a session share: the client's handles and requests (session_requests.c), its waits, its
   questions and its life (session.c). Threads: core lock held. */
#ifndef DAEMON_SESSION_PARTS_H
#define DAEMON_SESSION_PARTS_H

#include "session.h"

struct held;
struct kept;
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
    struct kept *kept, **last_kept;
    struct peer peer;
    uint64_t made; /* objects by its creates so far */
    uint64_t said; /* messages since the welcome */
    uint32_t number;
    bool welcomed;
};

/* session.c: sends a message, or a kind with a number, a result and a document (NULL: none). It wakes the calls that
   sleep in the client. */
void session_send(struct session *session, const struct message *message);
void session_tell(struct session *session, uint32_t kind, uint32_t number, int result, const char *document);

/* session_requests.c: WIRE_SUBMIT. false: the message means nothing, or there is no memory. */
bool session_submit(struct session *session, const struct message *message);
/* WIRE_RELEASE_SYSTEM and WIRE_RELEASE_PROCESS. */
void session_release_system(struct session *session, const struct message *message);
void session_release_process(struct session *session, const struct message *message);
/* The client has gone: its pending requests run on without it, and its handles are closed. */
void session_forget_requests(struct session *session);
void session_close_handles(struct session *session);

#endif
