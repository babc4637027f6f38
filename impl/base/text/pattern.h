/* Role: patterns for names: * matches any text, ? any character. Callers: the suite.
   Threads: no state; any thread. */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>

bool pattern_fits(const char *pattern, const char *text);

#endif
