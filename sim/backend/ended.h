/* Role: the times at which systems exited, by id, for fault rules that depend on them.
   Callers: sim.c, systems.c, plan.c. Threads: core lock held. */
#ifndef SIM_ENDED_H
#define SIM_ENDED_H

#include "backend/sim.h"

/* Records that a system with that id exits now. Does nothing if no rule needs it, or out of memory. */
void ended_note(struct sim *sim, const char *id);
/* Returns the virtual nanoseconds since the last exit of a system with that id; UINT64_MAX if there was none or id is
   NULL. */
uint64_t ended_since(const struct sim *sim, const char *id);
void ended_free(struct sim *sim);

#endif
