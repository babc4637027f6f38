/* Role: when systems exited, by id, for the rules of a fault plan that ask for it. Callers: sim.c, system.c.
   Core lock held. */
#ifndef SIM_ENDED_H
#define SIM_ENDED_H

#include "backend/sim.h"

/* A system of that id exits now. Without a rule that asks, and without memory, nothing is kept. */
void ended_note(struct sim *sim, const char *id);
/* Virtual nanoseconds since then; UINT64_MAX: it never did, or id is NULL. */
uint64_t ended_since(const struct sim *sim, const char *id);
void ended_free(struct sim *sim);

#endif
