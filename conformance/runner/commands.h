/* Role: the tables of the commands that run or list rows. Callers: the table of the tool. */
#ifndef CONFORMANCE_COMMANDS_H
#define CONFORMANCE_COMMANDS_H

#include "base/command/command_line.h"

extern const struct command run_command, list_command, probe_command, cleanup_command;

#endif
