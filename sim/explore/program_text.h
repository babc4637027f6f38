/* Role: a schedule as a C program against the API and HcsSim.h: a thread for each client, the same order of calls,
   callbacks and events, and what each call answered on standard output. No state. */
#ifndef EXPLORE_PROGRAM_TEXT_H
#define EXPLORE_PROGRAM_TEXT_H

#include "schedule.h"

/* times: of the simulator's clock after each move, in nanoseconds. From malloc; NULL: no memory. */
char *program_text(const struct schedule *schedule, const uint64_t *times);

#endif
