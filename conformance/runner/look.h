/* Role: looks at the target before anything is asked of it, in a process of its own: can it be loaded, in time, and is
   it our own library, wherever it lies? */
#ifndef CONFORMANCE_LOOK_H
#define CONFORMANCE_LOOK_H

#include "options.h"

/* Fills in options->foreign, and what depends on it and was not given: strictness, and the seed of our own library.
   false after a line on standard error, also when the user wished to stop. */
bool look_at_target(struct options *options);

/* How the process that concerns the target is started; arguments: those behind the program, NULL ends them. The
   target's library finds the environment that was made for it. */
enum { LOOK_ARGUMENTS = 8, LOOK_PATH = 4096 };
struct look_plan {
    char program[LOOK_PATH];
    char *arguments[LOOK_ARGUMENTS + 2];
};
/* false after a line on standard error. */
bool look_plan(struct look_plan *plan, const char *const *arguments);

#endif
