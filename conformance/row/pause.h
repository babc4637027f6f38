/* Role: real time that passes because the suite wants it to: rests between two looks, and waits for something that did
   not come before their end. A wait that ends with what it waited for is not counted, so that the figure says how rows
   are built and not how busy the machine is. Callers: rows and the schedule player. Threads: one that runs a row. */
#ifndef CONFORMANCE_PAUSE_H
#define CONFORMANCE_PAUSE_H

#include <stdint.h>

/* Sleeps, and counts it. */
void pause_for(uint64_t nanoseconds);
/* Counts what was slept elsewhere. */
void pause_count(uint64_t nanoseconds);
/* All that was counted in this process, in nanoseconds. */
uint64_t pause_total(void);

#endif
