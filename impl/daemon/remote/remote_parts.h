/* Role: what the files of the remote engine share: its requests, objects and waits (remote.c), and who receives what
   the daemon says (remote_reader.c). Threads: core lock held. */
#ifndef DAEMON_REMOTE_PARTS_H
#define DAEMON_REMOTE_PARTS_H

#include "daemon/protocol/connection.h"
#include "remote.h"
#include "daemon/protocol/transport.h"

/* A system or process that this client has a handle of. Hangs off the core's object. */
struct remote_object {
    uint32_t number; /* on this connection; 0: none yet, or disconnected */
    uint32_t named;  /* answers received with that number */
    uint32_t making; /* the id of its create request, once sent */
    bool created;    /* its create is pending; it is not released before the answer */
    union {
        struct system *system;
        struct process *process;
    };
};

struct table {
    struct remote_object **list; /* by number - 1 */
    uint32_t capacity;
};

enum reader { READER_NONE, READER_THREAD, READER_CALLER };

struct wire_host;

struct remote {
    struct engine engine;
    struct connection connection;
    struct table systems, processes;
    struct request **pending;  /* by id - 1 */
    uint32_t capacity, free;   /* free: an id that nobody has, or above all; found again by looking */
    uint64_t received;         /* messages since the welcome */
    struct engine_wait *waits; /* those that the daemon knows */
    struct engine_control *controls;
    char *name; /* of the engine, as it was asked for */

    /* remote_reader.c */
    struct port *port;
    struct message_buffer *buffer;
    enum reader reader;                    /* who waits at the port */
    unsigned turns, seen_turns;            /* of callers that read; as of the last look of the thread */
    bool idles_long;                       /* the thread rests until it is notified */
    bool stops, stopped;                   /* the thread */
    struct platform_condition idle, ended; /* of the thread */
};

/* --- remote.c --- */

/* The daemon has gone: answers what is pending, disconnects all objects. A repeated call does nothing. */
void remote_lose_daemon(struct remote *remote);
/* Takes over what the daemon says of its host. */
void remote_take_host(struct remote *remote, const struct wire_host *host);
void remote_answer_all(struct remote *remote, HRESULT result);
/* A new daemon knows none of the waits. */
void remote_forget_waits(struct remote *remote);
/* Returns false for a message that a daemon never sends. */
bool remote_receive(struct remote *remote, struct message *message);

/* --- remote_reader.c --- */

/* Connects to the daemon, and starts the thread. */
HRESULT remote_start(struct remote *remote);
/* Without a connection: has the thread make one. What is sent meanwhile waits; if there is no daemon to be had, all
   that is pending is answered with why. */
void remote_need_daemon(struct remote *remote);
/* Of struct engine_operations. */
bool remote_rest(struct engine *engine, uint64_t until);
void remote_wake(struct engine *engine);
void remote_stop(struct engine *engine);

#endif
