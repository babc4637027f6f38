/* Role: the command verify: checks that a submitted result is complete, unchanged, has only rows that this tool knows,
   and passes the must-pass list of its Windows build. */
#ifndef CONFORMANCE_VERIFY_H
#define CONFORMANCE_VERIFY_H

#include "base/command/command_line.h"

extern const struct command verify_command;

#endif
