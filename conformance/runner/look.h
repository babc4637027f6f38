/* Role: examines the target in a separate process before it is used: can it be loaded in time, and is it our own
   library, whatever its path? */
#ifndef CONFORMANCE_LOOK_H
#define CONFORMANCE_LOOK_H

#include "options.h"

/* Fills in options->foreign, and the options that depend on it and were not given: strictness, and the seed of our own
   library. false after a line on standard error, also when the user interrupted. */
bool look_at_target(struct options *options);

/* How a process that loads the target is started. arguments: those after the program, ended by NULL. The target's
   library sees the environment that was prepared for it. */
enum { LOOK_ARGUMENTS = 8, LOOK_PATH = 4096 };
struct look_plan {
    char program[LOOK_PATH];
    char *arguments[LOOK_ARGUMENTS + 2];
};
/* false after a line on standard error. */
bool look_plan(struct look_plan *plan, const char *const *arguments);

#endif
