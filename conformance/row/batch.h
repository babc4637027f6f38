/* Role: one create for many rows. Rows that only expect a document of HcsCreateComputeSystem to be accepted are put
   together in groups whose documents can be merged; a system made of the merged document answers for all of a group.
   If it can't be made the group is halved, down to single rows, which then run for themselves.
   Callers: row.c. Threads: the one that runs rows. */
#ifndef CONFORMANCE_BATCH_H
#define CONFORMANCE_BATCH_H

#include "row.h"

/* True if the row can be in a group and its target has all that it needs. */
typedef bool (*batch_filter)(const struct spec_row *row, const struct target *target, const char *without);
/* Returns how many rows the system that answers for this row stands for, 0 if the row has to run for itself. The first
   call puts the groups together; each makes systems as they are needed, and makes them again for a row that asks
   again. *creates: how many were made. */
unsigned batch_answers(const struct spec_row *row, const struct target *target, const char *without,
    batch_filter filter, unsigned *creates);

#endif
