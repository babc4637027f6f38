/* Role: one client of computecored: submits its requests to the engine of this process, holds its handles, and sends it
   the answers and events. When the client disconnects, its handles are closed.
   Callers: server.c. Threads: core lock held. */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "daemon/protocol/connection.h"
#include "daemon/protocol/transport.h"

struct session;
struct client_wait;

/* Takes over the end of a client that has been let in. changed is called when something waits to be sent or the
   connection has ended. NULL: no memory; the end stays the caller's. */
struct session *session_open(message_end end, struct peer peer, void (*changed)(void *context), void *context);
struct connection *session_connection(struct session *session);
/* Returns who the client is, for the log: "client 3 (uid 0, pid 4711)", with a number that no other client of this
   daemon has or had. */
const char *session_name(const struct session *session);
/* Handles a message of the client. The message stays the caller's, but its text may be taken. false: it breaks the
   protocol; the caller closes the session. */
bool session_receive(struct session *session, struct message *message);
/* With "clients": N in the scenario, requests are deferred until all N clients are blocked, and then run in the order
   of the clients' numbers. session_run_deferred() runs those of one client. false: as session_receive(). */
unsigned session_number(const struct session *session);
bool session_has_deferred(const struct session *session);
bool session_run_deferred(struct session *session);
/* Tells the client that its wait has timed out. */
void session_send_time_out(struct client_wait *wait);
/* Answers the pending HcsSimCount() calls of all clients; to be called when nothing is due any more. */
void sessions_answer_counts(void);
/* The client has disconnected, but its turn has not come: ends the connection and the waits, keeps deferred requests
   and handles until session_close(). */
void session_leave(struct session *session);
/* Returns whether the client has sent a valid hello. */
bool session_is_welcomed(const struct session *session);
/* Closes its handles. Pending requests complete, but their answers are dropped. */
void session_close(struct session *session);
/* It is the daemon that ends, not the client. */
void session_dismiss(struct session *session);
/* For replays: the client's number of an object by its handle here, 0: it has none; and the handle of a process by that
   number. */
uint32_t session_number_of(const struct session *session, uint64_t handle);
uint64_t session_process(const struct session *session, uint32_t number);
#endif
