/* Role: control calls of HcsSim.h as messages: packed in the client, executed in computecored.
   Callers: remote.c, session.c. Threads: core lock held. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "engine.h"
#include "message.h"
#include "wire.h"

/* --- in the client --- */

/* Builds the message of a control call; the caller frees its text. Returns false on failure. */
bool control_pack(const struct engine_control *control, struct message *message);
/* Removes the call with that id from a list and returns it, or NULL if it is not there. */
struct engine_control *controls_take(struct engine_control **list, uint32_t id);
/* Answers all calls of the list with result. */
void controls_end(struct engine_control **list, HRESULT result);

/* --- in computecored --- */

/* What clients have to know of the engine's host; all zero without an engine. */
struct wire_host control_host(const struct engine *engine);
/* Executes a control call other than an advance and returns its HRESULT. alone: no other client is connected;
   may_control: the client may do what affects other clients or writes files. */
HRESULT control_run(const struct message *message, bool alone, bool may_control, struct wire_control_answer *answer);

#endif
