/* Role: builds a history from traces. What one client saw is checked against itself meanwhile: each operation completes
   once for each call, each callback is told once and of something that has happened, of nothing after its handle was
   closed, and an exit that was known before the close at the latest during it. Callers: hcs-sim check, tests. Single
   thread. */
#ifndef HISTORY_READ_H
#define HISTORY_READ_H

#include "history.h"
#include "tool/trace/trace_file.h"

/* Adds a client, with the name of its trace for messages (borrowed, as long as the history). false: it is the trace of
   a computecored, not of a client. */
bool history_read(struct history *history, const char *name, const struct trace_file *trace);
/* After the last one. closed: nobody else has acted on these systems. */
void history_complete(struct history *history, bool closed);

#endif
