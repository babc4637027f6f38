/* Role: the steps of a row: each is text or a call, made by the row's own process or by its second one.
   Callers: row.c, other_main.c. Threads: the one that runs the row. */
#ifndef CONFORMANCE_STEP_H
#define CONFORMANCE_STEP_H

#include "row/fixture/fixture.h"

/* Carries out one step and compares with what the step expects. phase: "arrange" or "then". false: the fixture's
   message says why. */
bool step_run(struct fixture *fixture, const cJSON *step, const char *phase);
/* Carries out the steps of an array, up to the first that fails. */
bool steps_run(struct fixture *fixture, const cJSON *steps, const char *phase);
/* Notes a step that took from start until now, as evidence. */
void step_note(struct fixture *fixture, const char *phase, const cJSON *step, uint64_t start);

#endif
