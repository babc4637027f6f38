/* Role: the values of options: reads one, or says what would fit. Callers: command_line.c, command_help.c. No state. */
#ifndef BASE_COMMAND_VALUE_H
#define BASE_COMMAND_VALUE_H

#include "command_line.h"

enum { VALUE_TEXT = 320 };

/* Puts the value of an option (NULL: a flag) to its place in the values. false: it does not fit; wanted says what
   would, and what came instead. */
bool value_take(const struct command_option *option, const char *text, char *values, char wanted[VALUE_TEXT]);

#endif
