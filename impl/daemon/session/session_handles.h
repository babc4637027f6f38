/* Role: the handles of one client of computecored: what it holds, by number, and the events of it that it is sent.
   Callers: session_requests.c. Threads: core lock held. */
#ifndef DAEMON_SESSION_HANDLES_H
#define DAEMON_SESSION_HANDLES_H

#include "core/object.h"
#include "session_parts.h"

/* A system or process that the client has a handle of. */
struct held {
    struct handle_observer observer;
    union {
        struct session *session;
        struct held *next_free; /* of a free number */
    };
    struct client_handle *handle; /* NULL: this number is free */
    uint32_t number;
    uint32_t named;      /* answers that named it since the client released it last */
    uint32_t made_by;    /* the id of the request that made it; 0: it was opened */
    uint64_t made_order; /* among objects with the same made_by, since ids are reused: the highest counts */
};

/* Opens the handle of a system or process that a request of the client makes. NULL: no memory. */
struct held *held_create(struct session *session, enum handle_kind kind, void *object);
/* Returns what the client has of an object that it opens, with a new handle if it has none. NULL: no memory. */
struct held *held_open(struct session *session, enum handle_kind kind, void *object);
/* Returns what has the number, or NULL. */
struct held *held_find(const struct table *table, uint64_t number);
/* Finds the target of a request: by number, or by the id of the create whose answer the client has not seen. */
struct held *held_target(const struct table *table, uint64_t number);
/* Sends what the object's later events will not say to who opens it: that its status was lost, that it has exited.
   request: the id of that open, from which the client knows what the number stands for. */
void held_tell_past(const struct held *held, uint32_t request);

#endif
