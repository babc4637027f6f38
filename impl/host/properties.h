/* Role: the Properties document, the answer to queries of systems. Callers: system.c, service.c. Core lock held. */
#ifndef HOST_PROPERTIES_H
#define HOST_PROPERTIES_H

#include "host.h"

/* True if the query asks for statistics, which are not available in every state. */
bool properties_want_statistics(const struct document *query);
/* Stores the query in the task. Returns false when out of memory; the task has been answered then. */
bool properties_accept(struct host *host, struct host_task *task);
/* True if the answer contains the system's resource use. */
bool properties_need_usage(const struct host_task *task);
/* Answers the task with the current properties. */
void properties_finish(struct host *host, struct host_task *task);
/* Writes the basic properties, as members of the object that is open. */
void properties_write_basic(struct writer *writer, const struct host_system *system);
/* Returns the member of the Properties document that a query for that name adds, or NULL if there is no such property.
   Any thread. */
const char *properties_member(const char *name);

#endif
