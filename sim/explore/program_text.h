/* Role: a schedule as a C program against the API and HcsSim.h: a thread for each client, the same order of calls,
   callbacks and events, and what each call answered on standard output. No state. */
#ifndef EXPLORE_PROGRAM_TEXT_H
#define EXPLORE_PROGRAM_TEXT_H

#include "schedule.h"

/* What a move was when it was made. */
struct run_step {
    uint64_t time;    /* the simulator's clock after it, in nanoseconds; UINT64_MAX: it meant nothing */
    unsigned exposed; /* calls of its function that the fault plan could have met by then */
};

/* All moves of the schedule mean something. What stands with them goes wrong in the program, too. From malloc; NULL: no
   memory. */
char *program_text(const struct schedule *schedule, const struct run_step *steps);

#endif
