/* Role: which rows a run has. They are those that its options choose, those of them that were bad in an earlier result,
   or those of the run that it continues, whose finished rows it takes over. Callers: run.c. Single thread. */
#ifndef CONFORMANCE_CHOICE_H
#define CONFORMANCE_CHOICE_H

#include "run.h"

/* Fills in the rows of the run. If it continues one, takes over those of that run's settings which were not given, into
   the options, and no finished row is left out. Negative: success; else the exit code after a message. */
int choice_make(struct run *run, struct options *options);
/* The ids of the rows of a run, as its partial result has them. */
cJSON *choice_record(const struct run *run);

#endif
