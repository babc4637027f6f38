/* Suggestions for misspelt names. Entry point: suggest_name(). */
#include "suggest.h"
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 63 };

/* The number of letters to change, insert, omit, or swap with a neighbour; case is ignored. */
static unsigned distance(const char *a, const char *b)
{
    unsigned char rows[3][LONGEST + 1];
    size_t width = strlen(b), height = strlen(a);
    for (size_t j = 0; j <= width; j++)
        rows[1][j] = (unsigned char)j;
    for (size_t i = 1; i <= height; i++) {
        unsigned char *before = rows[(i + 2) % 3], *above = rows[i % 3], *row = rows[(i + 1) % 3];
        row[0] = (unsigned char)i;
        for (size_t j = 1; j <= width; j++) {
            bool same = (a[i - 1] | 32) == (b[j - 1] | 32);
            unsigned best = above[j - 1] + (same ? 0u : 1u);
            best = above[j] + 1u < best ? above[j] + 1u : best;
            best = row[j - 1] + 1u < best ? row[j - 1] + 1u : best;
            if (i > 1 && j > 1 && (a[i - 1] | 32) == (b[j - 2] | 32) && (a[i - 2] | 32) == (b[j - 1] | 32) &&
                before[j - 2] + 1u < best)
                best = before[j - 2] + 1u;
            row[j] = (unsigned char)best;
        }
    }
    return rows[(height + 1) % 3][width];
}

/* True if one name begins with the other: CreateStdOut for CreateStdOutPipe. */
static bool begins(const char *longer, const char *start)
{
    return strlen(start) >= 4 && !strncasecmp(longer, start, strlen(start));
}

const char *suggest_name(const char *wrong, const char *(*next)(const void *names, unsigned i), const void *names)
{
    const char *best = NULL, *name;
    size_t length = strlen(wrong);
    unsigned minimum = length < 4 ? 2 : length < 8 ? 3 : 4; /* smaller distances count as near */
    if (!length || length > LONGEST)
        return NULL;
    for (unsigned i = 0; (name = next(names, i)); i++) {
        if (!*name || strlen(name) > LONGEST)
            continue;
        unsigned changes = distance(wrong, name);
        if (changes < minimum) {
            minimum = changes;
            best = name;
        }
    }
    for (unsigned i = 0; !best && (name = next(names, i)); i++)
        if (begins(name, wrong) || begins(wrong, name))
            best = name;
    return best;
}
