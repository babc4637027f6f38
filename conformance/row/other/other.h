/* Role: the second process of a row, another client of the same host: a process of this program that loads the same
   target and carries out the steps that the row gives it, with handles of its own. Ids of systems and processes are
   known to both.
   Callers: step.c, arrange.c, fixture.c, expect.c; main.c starts other_main(). Single thread in each process. */
#ifndef CONFORMANCE_OTHER_H
#define CONFORMANCE_OTHER_H

#include "row/fixture/fixture.h"

/* A step that is text and begins with this is one of the second process; a call is, if it has "_in": "other". */
#define OTHER_PREFIX "in other: "
#define OTHER_MEMBER "_in"
#define OTHER_NAME "other"

/* Returns whether the step is one of the second process. */
bool other_makes(const cJSON *step);
/* Has the step carried out there; starts the process if it does not run. false: it failed, or the process did. */
bool other_step(struct fixture *fixture, const cJSON *step);
/* Ends the process, which closes none of its handles: with kill at once, from outside; otherwise it exits by itself.
   false: it does not run, or did not end well. */
bool other_end(struct fixture *fixture, bool kill);
/* At the end of a row: the process, if it runs, cleans up and ends. false: something could not be ended; the fixture's
   message names it. */
bool other_finish(struct fixture *fixture);

/* Returns whether target and a second process of this one would meet on one host; our own library's simulator inside
   the process is a host for that process alone. */
bool other_is_possible(const struct target *target);

/* The second process itself. arguments: target path, "strict" or "loose", "container" or "no-container", the profile or
   "". */
int other_main(int argc, char **argv);

#endif
