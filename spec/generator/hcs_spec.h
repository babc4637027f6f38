/* Role: hcs-spec as a table of commands. Callers: main(), tests of its command lines. */
#ifndef SPEC_HCS_SPEC_H
#define SPEC_HCS_SPEC_H

#include "base/command/command_line.h"

extern const struct tool hcs_spec;

#endif
