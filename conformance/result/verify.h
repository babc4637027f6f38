/* Role: the command verify: is a result that somebody submits complete, as the tool wrote it, of the rows that this
   tool knows, and does it meet the list of its Windows build? */
#ifndef CONFORMANCE_VERIFY_H
#define CONFORMANCE_VERIFY_H

#include "base/command_line.h"

extern const struct command verify_command;

#endif
