/* Role: the workers of a run: hands rows out one by one, and takes what comes of each, whatever the target does.
   Callers: run.c. */
#ifndef CONFORMANCE_CREW_H
#define CONFORMANCE_CREW_H

#include "run.h"

/* Runs the rows that are left, until the user wishes to stop. Returns how many workers did not end as they should once
   their rows were done, each after a line on standard error; negative: no memory. */
int crew_run(struct run *run);

#endif
