/* Role: whole files.
   Callers: the tools. Single thread. */
#ifndef PLATFORM_CHILD_H
#define PLATFORM_CHILD_H

#include <stdbool.h>

/* Puts one file in the place of another, which may be there already. */
bool program_replace_file(const char *from, const char *to);

#endif
