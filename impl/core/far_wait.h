/* Role: waits of other processes, for which no thread sleeps here: the daemon's loop drives the engine for them, as a
   waiting thread would. Callers: daemon/session.c, daemon/server.c. Threads: core lock held. */
#ifndef CORE_FAR_WAIT_H
#define CORE_FAR_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

struct far_wait {
    uint64_t deadline, real_end; /* in engine time; in real time */
    bool asleep; /* set by the caller: no message was sent to that process since it reported that it sleeps */
    bool over;
    bool advances; /* not a wait but an advance: moves the clock to the deadline */
    struct far_wait *next;
};

/* Once an engine has been opened, also anew: with "clients": N nothing but these functions runs it, so that what
   happens does not depend on how fast the clients are. */
void far_waits_take_clock(void);

void far_wait_begin(struct far_wait *wait, DWORD timeout_ms);
/* Advances the clock by duration nanoseconds, also in manual time; events that become due run on the way. */
void far_wait_begin_advance(struct far_wait *wait, uint64_t duration);
void far_wait_end(struct far_wait *wait);
unsigned far_waits_asleep(void);
/* Runs one event, up to the end of every wait. false: nothing is due. */
bool far_waits_drive(void);
/* Nothing is due: the first wait whose time is over, in real time or at once; NULL: none. */
struct far_wait *far_waits_run_out(bool at_once);
/* The real time at which that will be; PLATFORM_FOREVER: at none. */
uint64_t far_waits_end(void);
/* Returns the earliest deadline, or PLATFORM_FOREVER if no wait has one. */
uint64_t far_waits_limit(void);

#endif
