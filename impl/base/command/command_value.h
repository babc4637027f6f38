/* Role: reads values of options, and describes valid ones. Callers: command_line.c, command_help.c. No state. */
#ifndef BASE_COMMAND_VALUE_H
#define BASE_COMMAND_VALUE_H

#include "command_line.h"

enum { VALUE_TEXT = 320 };

/* Stores the value of an option (NULL: a flag) at its place in the values. false: it is invalid; wanted says what would
   be valid, and what was given. */
bool value_take(const struct command_option *option, const char *text, char *values, char wanted[VALUE_TEXT]);

#endif
