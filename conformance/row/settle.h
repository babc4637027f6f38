/* Role: waits for outstanding events of the target, and lets time pass for it. On the simulator time is virtual, and it
   is known when no callback is outstanding; on a host time is real.
   Callers: rows.
   Threads: the one that runs the row. */
#ifndef CONFORMANCE_SETTLE_H
#define CONFORMANCE_SETTLE_H

#include "fixture.h"

/* Waits until every due callback has returned; on a host, until none has arrived for a while. */
void settle(struct fixture *fixture);
/* The same after letting time pass for the target: the given time on the simulator, a short time at most on a host. */
void settle_after(struct fixture *fixture, unsigned milliseconds);
/* A polling wait: before each poll but the first, settle_step() lets time pass, up to limit_ms in the target's time.
   false: it timed out. */
struct settling {
    unsigned limit_ms, passed_ms; /* passed: on the simulator */
    uint64_t since;               /* real time; 0: not begun */
};
bool settle_step(struct fixture *fixture, struct settling *settling);

#endif
