/* Role: checks what a client submits. Engines rely on the checks of impl/api, which run in the client's process; a
   client may send messages without them. Callers: session_requests.c. No state. */
#ifndef DAEMON_SUBMITTED_H
#define DAEMON_SUBMITTED_H

#include "engine.h"
#include "daemon/protocol/message.h"
#include "daemon/protocol/wire.h"

/* Reads the head; the id and the document, each ended by a zero, follow it. false: the message does not match its
   head, or has no id. */
bool submitted_read(const struct message *message, struct wire_submit *submit);
/* Returns whether the id and the path are valid and the document has the type that this kind of request takes, both are
   present where required, no id where none belongs, and a create names no object. */
bool submitted_fits(const struct wire_submit *submit, const char *id);
/* Returns whether the request has the target that its kind needs. */
bool submitted_has_target(const struct request *request);

#endif
