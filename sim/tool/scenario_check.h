/* Role: hcs-sim scenario check: checks scenarios by reading them as the simulator does. Callers: the table of the tool,
   and commands that take a scenario. Single thread. */
#ifndef SIM_TOOL_SCENARIO_CHECK_H
#define SIM_TOOL_SCENARIO_CHECK_H

#include "base/command/command_line.h"
#include <stddef.h>

extern const struct command scenario_check_command;

/* Returns the text of a file that has a scenario; NULL after a message. The caller frees it. */
char *scenario_text(const char *path, size_t *length);
/* Checks one, as a command that takes it does first. false after a message. */
bool scenario_check(const char *path);

#endif
