/* Role: hcs-sim as a table of commands. Callers: main(), tests of its command lines. */
#ifndef SIM_TOOL_TOOL_H
#define SIM_TOOL_TOOL_H

#include "base/command/command_line.h"

extern const struct tool hcs_sim;

#endif
