/* Role: the commands of history as tables. Callers: the table of the tool. */
#ifndef CONFORMANCE_HISTORY_COMMANDS_H
#define CONFORMANCE_HISTORY_COMMANDS_H

#include "base/command/command_line.h"

extern const struct command history_add_command, history_list_command, history_grid_command, history_row_command,
    history_query_command, history_flaky_command, history_export_command;

#endif
