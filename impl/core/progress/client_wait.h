/* Role: waits of computecored's client processes. No thread sleeps for them; the daemon's loop runs the engine instead.
   Callers: impl/daemon. Threads: core lock held. */
#ifndef CORE_CLIENT_WAIT_H
#define CORE_CLIENT_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

struct client_wait {
    uint64_t deadline; /* engine time; PLATFORM_FOREVER: waits without limit */
    uint64_t real_end; /* the same in real time */
    bool asleep;       /* set by the caller: the client is blocked, and was sent no message since it reported that */
    bool over;         /* has timed out */
    bool advances;     /* a call of HcsSimAdvance, which moves the clock to the deadline */
    uint32_t order;    /* set by the caller: of waits with equal deadlines, the smallest times out first */
    struct client_wait *next;
};

/* To be called whenever an engine was opened. If its scenario has "clients": N above 1, only these functions run the
   engine from then on, so that the result does not depend on how fast the clients are. */
void client_waits_take_clock(void);

void client_wait_begin(struct client_wait *wait, DWORD timeout_ms);
/* Begins a wait that advances the clock by duration nanoseconds, also in manual time. Events that become due run. */
void client_wait_begin_advance(struct client_wait *wait, uint64_t duration);
void client_wait_end(struct client_wait *wait);
/* Returns the number of waits that are asleep and have not timed out. */
unsigned client_waits_asleep(void);
/* Runs one event that is due up to the earliest deadline. Returns whether one ran. */
bool client_waits_drive(void);
/* To be called when nothing is due: moves the clock to the earliest deadline and returns its wait, which has timed out
   now. Returns NULL if no wait can time out yet. at_once: even if the deadline has not passed in real time. */
struct client_wait *client_waits_time_out(bool at_once);
/* Returns the real time at which client_waits_time_out() can succeed next, or PLATFORM_FOREVER. */
uint64_t client_waits_end(void);
/* Returns the earliest deadline, or PLATFORM_FOREVER if no wait has one. */
uint64_t client_waits_limit(void);

#endif
