/* Role: the scenario with which rows run on the simulator. */
#ifndef CONFORMANCE_SCENARIO_H
#define CONFORMANCE_SCENARIO_H

#include <stdbool.h>

/* Puts the suite's scenario into the environment, based on the file at path (NULL: none). An invalid file, a
   scenario that is already in the environment, or a COMPUTECORE_MISUSE there that is none, is refused: false after a
   line on standard error. */
bool scenario_settle(const char *path);

#endif
