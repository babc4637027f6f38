/* Role: hcs-sim record: runs a client with the recorder in place of the library that it uses. Callers: the table of the
 * tool. Single thread. */
#ifndef SIM_TOOL_RECORD_H
#define SIM_TOOL_RECORD_H

#include "base/command/command_line.h"

extern const struct command record_command;

#endif
