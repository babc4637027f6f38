/* Role: hcs-sim scenario set: changes the scenario of a computecored while clients run. Callers: the table of the
   tool. Single thread. */
#ifndef SIM_TOOL_SCENARIO_SET_H
#define SIM_TOOL_SCENARIO_SET_H

#include "base/command/command_line.h"

extern const struct command scenario_set_command;

#endif
