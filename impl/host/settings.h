/* Role: the service of the simulated host: its processors, CPU groups, credential guards. Callers: sim.c.
   Core lock held. */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include "backend/sim.h"

/* Queries and modifications of the service, and crash reports; answers at once. */
void settings_submit(struct sim *sim, struct request *request);
void settings_free(struct sim *sim);

#endif
