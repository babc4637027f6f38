/* Role: what queries of simulated systems answer: the Properties document. Callers: system.c, service.c.
   Core lock held. */
#ifndef SIM_PROPERTIES_H
#define SIM_PROPERTIES_H

#include "system.h"

struct writer;

/* Does the query ask for statistics? They come all or nothing, and a state may not have them. */
bool properties_want_statistics(const struct document *query);
/* Keeps what is asked for with the request. false: there was no memory, and it has been answered. */
bool properties_accept(struct request *request);
/* Answers with the system as it is now. */
void properties_complete(const struct sim *sim, const struct sim_system *system, struct request *request);
/* A request that will not complete by itself. */
void properties_abandon(struct request *request);
/* A process is about to end: what it used stays with its system. */
struct sim_process;
void properties_count_end(const struct sim *sim, const struct sim_process *process);
/* The basic properties. */
void properties_write_basic(struct writer *writer, const struct sim_system *system);

#endif
