/* Role: runs the rows and hcs-sim explore with each mutant, and records which of them catches it. Callers: the tool.
   Single thread; several processes in parallel. */
#ifndef MUTATE_SCORE_H
#define MUTATE_SCORE_H

#include "table.h"

struct score_plan {
    const char *rows;     /* a file with the ids of all rows, as hcs-conformance run --dry-run prints them */
    const char *folder;   /* of the build's programs */
    const char *reached;  /* a file that it writes: which sites were reached; others beside it begin with its name */
    const char *verdicts; /* a file with the verdicts so far, from which an interrupted score continues; NULL: none */
    unsigned jobs, seeds;
};

/* Sets the verdict of each wanted mutant of the table; wanted has a flag for each. Returns the exit code: 0 done; 2,
   after a message: no score, since a check fails without a mutant, or with a mutant number that belongs to no site. */
int score_run(const struct score_plan *plan, struct table *table, const bool *wanted);

#endif
