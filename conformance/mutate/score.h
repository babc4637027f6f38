/* Role: runs the rows and hcs-sim explore with each mutant, and says who catches it. Callers: the tool. Single thread;
   processes beside each other. */
#ifndef MUTATE_SCORE_H
#define MUTATE_SCORE_H

#include "table.h"

struct score_plan {
    const char *folder;  /* of the build's programs */
    const char *reached; /* a file for which sites were reached, which it writes */
    unsigned jobs, seeds;
};

/* Gives each mutant of the table that is wanted its verdict; wanted has a flag for each. Returns the exit code: 0 done;
   2, after a message: there is no score, since a fault is found in the build without a mutant, or with one that no site
   is. */
int score_run(const struct score_plan *plan, struct table *table, const bool *wanted);

#endif
