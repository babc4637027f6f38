/* Role: hcs-sim shrink: makes the scenario with which a client fails smaller. Callers: the table of the tool. Single
   thread. */
#ifndef SIM_TOOL_SCENARIO_SHRINK_H
#define SIM_TOOL_SCENARIO_SHRINK_H

#include "base/command/command_line.h"

extern const struct command scenario_shrink_command;

#endif
