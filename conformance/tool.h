/* Role: hcs-conformance as a table of commands. Callers: main(), tests of its command lines. */
#ifndef CONFORMANCE_TOOL_H
#define CONFORMANCE_TOOL_H

#include "base/command/command_line.h"

extern const struct tool hcs_conformance;

#endif
