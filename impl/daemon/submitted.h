/* Role: checks of what a client submits. The engine counts on what impl/api checks in the client's process; here
   nothing is known of a client but its messages.
   Callers: session_requests.c. No state. */
#ifndef DAEMON_SUBMITTED_H
#define DAEMON_SUBMITTED_H

#include "engine.h"
#include "message.h"
#include "wire.h"

/* The id and the document of a message, each with its zero, lie behind the head. false: the message holds something
   else than the head declares. */
bool submitted_read(const struct message *message, struct wire_submit *submit);
/* The id is one that a system may have, and the document is of the type that this kind of request takes; both are there
   if they are needed. A call that makes an object names none. */
bool submitted_fits(const struct wire_submit *submit, const char *id);
/* A request that needs a target has one. */
bool submitted_has_target(const struct request *request);

#endif
