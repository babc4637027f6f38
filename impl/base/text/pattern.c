/* Patterns. Entry point: pattern_fits(). */
#include "pattern.h"
#include <stddef.h>

/* Without recursion: after a mismatch only the last star is extended. */
bool pattern_fits(const char *pattern, const char *text)
{
    const char *star = NULL, *from = text;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++from;
        } else
            return false;
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}
