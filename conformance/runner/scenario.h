/* Role: the scenario with which rows run on the simulator. */
#ifndef CONFORMANCE_SCENARIO_H
#define CONFORMANCE_SCENARIO_H

#include <stdbool.h>

/* Puts the scenario of the suite into the environment, with what the file says, if one is named (NULL: none is). One that
   is not valid, or one that somebody else has put there, is refused: false after a line on standard error. */
bool scenario_settle(const char *path);

#endif
