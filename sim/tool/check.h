/* Role: the command hcs-sim check. Callers: the table of commands. */
#ifndef SIM_TOOL_CHECK_H
#define SIM_TOOL_CHECK_H

#include "base/command/command_line.h"

extern const struct command check_command;

#endif
