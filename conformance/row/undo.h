/* Role: takes away again what a row has added to a system that others are to use.
   Callers: row.c. Threads: the one that runs rows. */
#ifndef CONFORMANCE_UNDO_H
#define CONFORMANCE_UNDO_H

#include "row/fixture/fixture.h"

/* After a row whose call, that of its text, has modified a resource of a shared system: if it added one, it is removed,
   and the system is as it was, unless the host refuses that. What the row recorded stays. */
void undo_addition(struct fixture *fixture, const cJSON *call);

#endif
