/* Role: what queries of systems answer: the Properties document. Callers: system.c, service.c. Core lock held. */
#ifndef HOST_PROPERTIES_H
#define HOST_PROPERTIES_H

#include "host.h"

/* Does the query ask for statistics? They come all or nothing, and a state may not have them. */
bool properties_want_statistics(const struct document *query);
/* Keeps what is asked for with the task. false: there was no memory, and it has been answered. */
bool properties_accept(struct host *host, struct host_task *task);
/* Is what the system uses part of the answer? */
bool properties_need_usage(const struct host_task *task);
/* Answers with the system as it is now. */
void properties_finish(struct host *host, struct host_task *task);
/* The basic properties. */
void properties_write_basic(struct writer *writer, const struct host_system *system);

#endif
