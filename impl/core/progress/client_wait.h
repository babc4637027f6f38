/* Role: waits of client processes. No thread of this process sleeps for them; the daemon's loop runs the engine in
   their place. Callers: daemon/session/session.c, daemon/server/server.c. Threads: core lock held. */
#ifndef CORE_CLIENT_WAIT_H
#define CORE_CLIENT_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

struct client_wait {
    uint64_t deadline, real_end; /* in engine time; in real time */
    bool asleep;    /* set by the caller: the client is blocked, and was sent no message since it reported that */
    bool over;      /* it has timed out */
    bool advances;  /* HcsSimAdvance(), which moves the clock to the deadline */
    uint32_t order; /* of waits that end at one time, set by the caller: the smallest is over first */
    struct client_wait *next;
};

/* To be called whenever an engine was opened. With "clients": N in the scenario, only these functions run the engine
   from then on, so that the result does not depend on how fast the clients are. */
void client_waits_take_clock(void);

void client_wait_begin(struct client_wait *wait, DWORD timeout_ms);
/* Advances the clock by duration nanoseconds, also in manual time; events that become due run on the way. */
void client_wait_begin_advance(struct client_wait *wait, uint64_t duration);
void client_wait_end(struct client_wait *wait);
/* Returns how many waits are asleep and have not timed out. */
unsigned client_waits_asleep(void);
/* Runs one event that is due before the first deadline of a wait. false: there is none. */
bool client_waits_drive(void);
/* To be called when nothing is due: moves the clock to the first deadline and returns that wait, now over; NULL: there
   is none. at_once: without waiting until the deadline has passed in real time. */
struct client_wait *client_waits_time_out(bool at_once);
/* The real time at which the next call of client_waits_time_out() can succeed, or PLATFORM_FOREVER. */
uint64_t client_waits_end(void);
/* Returns the earliest deadline, or PLATFORM_FOREVER if no wait has one. */
uint64_t client_waits_limit(void);

#endif
