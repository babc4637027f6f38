/* Patterns. Entry point: pattern_fits(). */
#include "pattern.h"
#include <stddef.h>

/* No recursion: a mismatch goes back to the last star alone. */
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
