/* Role: what the host answers that concerns no single system: the enumeration. Core lock held. */
#ifndef SIM_SERVICE_H
#define SIM_SERVICE_H

#include "backend/sim.h"

void service_submit(struct sim *sim, struct request *request);
void service_complete(struct sim *sim, struct request *request);

#endif
