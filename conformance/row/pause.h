/* Role: counts real time that the suite itself spends waiting: pauses between polls, and waits that time out. A wait
   that succeeds is not counted, so that the figure depends on the rows and not on the load of the machine.
   Callers: rows and the schedule player.
   Threads: one that runs a row. */
#ifndef CONFORMANCE_PAUSE_H
#define CONFORMANCE_PAUSE_H

#include <stdint.h>

/* Sleeps, and counts the time. */
void pause_for(uint64_t nanoseconds);
/* Counts a sleep made elsewhere. */
void pause_count(uint64_t nanoseconds);
/* The total of this process, in nanoseconds. */
uint64_t pause_total(void);

#endif
