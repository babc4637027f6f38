/* Role: one client of computecored: its requests go to the engine of this process, the handles that it holds are held
   here in its name, and it hears what happens to what it holds. When it goes, its handles are closed, as the end of a
   process closes them.
   Callers: server.c. Threads: core lock held. */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "connection.h"
#include "transport.h"

struct session;
struct far_wait;

/* Takes over the end of a client that has been let in. changed is called when something waits to be sent or the
   connection has ended. NULL: no memory; the end stays the caller's. */
struct session *session_open(message_end end, struct peer peer, void (*changed)(void *context), void *context);
struct connection *session_connection(struct session *session);
/* A message of the client. It is the caller's, but its text may be taken. false: it means nothing in this protocol; the
 * session is to be closed.
 */
bool session_hear(struct session *session, struct message *message);
/* With "clients": N in the scenario requests are kept until all N sleep, and heard in the order of the clients'
   numbers. session_hear_kept() hears what is kept. false: as session_hear(). */
unsigned session_number(const struct session *session);
bool session_has_kept(const struct session *session);
bool session_hear_kept(struct session *session);
/* The time of a wait of some client is over. */
void session_tell_time_over(struct far_wait *wait);
/* All that was due has happened: clients that asked for that are told. */
void sessions_settle(void);
/* Its client has gone, but its turn has not come: the connection and the waits end. */
void session_leave(struct session *session);
bool session_is_welcomed(const struct session *session);
/* Closes its handles. Pending requests complete, but their answers are dropped. */
void session_close(struct session *session);
#endif
