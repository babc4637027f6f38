/* Role: the order in which a run comes to its rows.
   Callers: workers.c. Single thread. */
#ifndef CONFORMANCE_ORDER_H
#define CONFORMANCE_ORDER_H

#include "run.h"

/* The numbers of the run's rows, in the order in which they are to run; the caller frees them. That is by id. But if rows
   share systems, those that can come behind the others, one kind and state of a system after the other, so that few
   are kept at a time. Those that modify a resource of a system take turns with those of other resources: one in which
   each resource was modified once serves many of them. Never NULL. */
unsigned *order_rows(const struct run *run, bool shares);

#endif
