/* Role: the command failures: lists the failures whose documents faults can give. Callers: the table of the tool. */
#ifndef SIM_TOOL_FAILURES_H
#define SIM_TOOL_FAILURES_H

#include "base/command/command_line.h"

extern const struct command failures_command;

#endif
