/* Role: hcs-sim replay: repeats the calls of a trace and stops at the first difference. Callers: main(). Single
   thread. */
#ifndef SIM_TOOL_REPLAY_H
#define SIM_TOOL_REPLAY_H

#include "base/command/command_line.h"

extern const struct command replay_command;

#endif
