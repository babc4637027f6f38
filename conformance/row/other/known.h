/* Role: what the two processes of a row tell each other of their systems and processes: names, ids, and which systems
   the sender made. Callers: other.c, other_main.c. Single thread. */
#ifndef CONFORMANCE_KNOWN_H
#define CONFORMANCE_KNOWN_H

#include "row/fixture/fixture.h"

/* The systems and processes of the fixture that have an id; the caller takes it. */
cJSON *known_list(const struct fixture *fixture);
/* Adds what the other process has told; ids that are here already stay. */
void known_take(struct fixture *fixture, const cJSON *list);

#endif
