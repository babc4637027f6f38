/* Role: writes a schedule as a C program that uses the API and HcsSim.h: one thread per client, the same order of
   calls, callbacks and events; it prints the result of each call. No state. */
#ifndef EXPLORE_PROGRAM_TEXT_H
#define EXPLORE_PROGRAM_TEXT_H

#include "schedule.h"

/* A move as it was made. */
struct run_step {
    uint64_t time;    /* the simulator's clock after it, in nanoseconds; UINT64_MAX: it was not possible */
    unsigned exposed; /* calls of its function so far that the fault plan could hit */
};

/* Every move of the schedule must be possible. Faults of its calls happen in the program too. From malloc; NULL: out of
   memory. */
char *program_text(const struct schedule *schedule, const struct run_step *steps);

#endif
