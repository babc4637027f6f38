/* Role: hcs-sim calibrate: makes a scenario that imitates the host on which a run of the suite was made. Callers: the
 * table of the tool. */
#ifndef SIM_TOOL_CALIBRATE_H
#define SIM_TOOL_CALIBRATE_H

#include "base/command/command_line.h"

extern const struct command calibrate_command;

#endif
