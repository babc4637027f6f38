/* Role: what HcsSim.h asks, as messages: packed in the client, answered in computecored.
   Callers: remote.c, session.c. Threads: core lock held. */
#ifndef DAEMON_QUESTION_H
#define DAEMON_QUESTION_H

#include "engine.h"
#include "message.h"
#include "wire.h"

/* --- in the client --- */

/* Builds the message of a question; the caller frees its text. Returns false on failure. */
bool question_pack(const struct engine_question *question, struct message *message);
/* Removes a question from a list and returns it, or NULL if it is not there. */
struct engine_question *questions_take(struct engine_question **list, uint32_t id);
/* Answers all questions of the list with result. */
void questions_end(struct engine_question **list, HRESULT result);

/* --- in computecored --- */

/* Answers at once: all kinds but an advance. alone: no other client is connected; may_change: the client may do what
   others notice, or what takes a file. The HRESULT. */
HRESULT question_hear(const struct message *message, bool alone, bool may_change, struct wire_told *told);

#endif
