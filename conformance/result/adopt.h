/* Role: the command adopt: takes the outcomes of a run on a real host into spec/hosts. */
#ifndef CONFORMANCE_ADOPT_H
#define CONFORMANCE_ADOPT_H

#include "base/command/command_line.h"

extern const struct command adopt_command;

#endif
