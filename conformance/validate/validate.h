/* Role: the command validate: documents that people write, against the schema. Callers: the table of the tool. */
#ifndef CONFORMANCE_VALIDATE_H
#define CONFORMANCE_VALIDATE_H

#include "base/command/command_line.h"

extern const struct command validate_command;

#endif
