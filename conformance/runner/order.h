/* Role: the order in which a run comes to its rows.
   Callers: workers.c. Single thread. */
#ifndef CONFORMANCE_ORDER_H
#define CONFORMANCE_ORDER_H

#include "run.h"

/* The numbers of the run's rows, in the order in which they are to run; the caller frees them. That is by id, but if
   rows share systems, those that modify a resource of one take turns with those of other resources: a system in which
   each resource was modified once serves many of them. Never NULL. */
unsigned *order_rows(const struct run *run, bool shares);

#endif
