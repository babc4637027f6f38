/* Role: time, for a row: waiting for what the target still has to tell, and letting time pass for it. On the simulator
   time is virtual, and it is known when nothing is on its way any more; on a host it is real. Callers: rows. The
   thread that runs the row. */
#ifndef CONFORMANCE_SETTLE_H
#define CONFORMANCE_SETTLE_H

#include "fixture.h"

/* Waits until every callback that is due has been called and has returned; on a host, until none came for a while. */
void settle(struct fixture *fixture);
/* The same after time has passed for the target: so long on the simulator, on a host a while at most. */
void settle_after(struct fixture *fixture, unsigned milliseconds);
/* A wait for something that the target tells: before each look but the first, settle_step() lets time pass, until so
   much has passed in the target's time. false: it is over. */
struct settling {
    unsigned limit_ms, passed_ms; /* passed: on the simulator */
    uint64_t since;               /* real time; 0: not begun */
};
bool settle_step(struct fixture *fixture, struct settling *settling);

#endif
