/* Role: how runs of a client ended, and the faults that hit them. Callers: farm.c, scenario_shrink.c. Single thread. */
#ifndef SIM_TOOL_ENDING_H
#define SIM_TOOL_ENDING_H

#include "farm.h"

/* Sets the outcome of a run that has ended, and takes its output. late: it was killed at its time limit. */
void ending_take(struct seed_result *result, int status, bool late, char *output);
/* "the process ended with code 1", "deadlock", "no end within 60 s". */
void ending_describe(const struct seed_result *result, unsigned timeout_s, char *text, size_t size);
/* True if two runs ended in the same way: outcome, status, and the last line of output without its numbers. */
bool ending_same(const struct seed_result *one, const struct seed_result *other);
/* The last line of what it printed that is not blank; "" for none. The caller frees. */
char *ending_line(const char *output);
/* Reads the faults of the scenario that hit a run from its trace. The caller frees; NULL: there is no trace. */
char *ending_faults(const char *trace);
/* Prints the runs that did not pass, those together that ended in the same way. */
void ending_show_groups(const struct farm *farm);

#endif
