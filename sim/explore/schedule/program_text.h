/* Role: writes a schedule as a C program that uses the API and HcsSim.h. It has one thread per client, repeats the
   order of calls, callbacks and events, and prints the result of each call. No state. */
#ifndef EXPLORE_PROGRAM_TEXT_H
#define EXPLORE_PROGRAM_TEXT_H

#include "schedule.h"

/* A move as it was made. */
struct run_step {
    uint64_t time;    /* the simulator's clock after it, in nanoseconds; UINT64_MAX: the move was not possible */
    unsigned exposed; /* how many calls of its function a fault plan could have hit so far */
};

/* Returns the program, from malloc, or NULL when out of memory. Every move of the schedule must be possible. The faults
   of its calls happen in the program too. */
char *program_text(const struct schedule *schedule, const struct run_step *steps);

#endif
