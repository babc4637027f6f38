/* Role: what HcsSim.h asks, as messages: packed in the client, answered in computecored.
   Callers: remote.c, session.c. Threads: core lock held. */
#ifndef DAEMON_QUESTION_H
#define DAEMON_QUESTION_H

#include "engine.h"
#include "message.h"
#include "wire.h"

/* --- in the client --- */

/* The message that asks it; its text is the caller's, from malloc. false: no memory. */
bool question_pack(const struct engine_question *question, struct message *message);
/* Takes a question out of a list; NULL: it is not there. */
struct engine_question *questions_take(struct engine_question **list, uint32_t id);
/* Answers all with a failure. */
void questions_end(struct engine_question **list, HRESULT result);

/* --- in computecored --- */

/* Answers at once: all kinds but an advance. alone: no other client is connected; may_change: the client may do what
   others notice, or what takes a file. The HRESULT. */
HRESULT question_hear(const struct message *message, bool alone, bool may_change, struct wire_told *told);

#endif
