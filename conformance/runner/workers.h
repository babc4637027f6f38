/* Role: the workers of a run: distributes the rows one by one and collects their results, even if the target crashes or
   hangs.
   Callers: run.c. */
#ifndef CONFORMANCE_WORKERS_H
#define CONFORMANCE_WORKERS_H

#include "run.h"

/* Runs the remaining rows, until the user interrupts. Returns how many workers ended abnormally after their rows, each
   reported by a line on standard error; negative, after such a line: the rows could not be run. */
int workers_run(struct run *run);

#endif
