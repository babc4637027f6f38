/* A command line as words. Entry point: shell_split(). */
#include "shell.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BETWEEN " \t\n"

/* Copies a quoted part and returns what follows it, or NULL if the quote is not closed. */
static const char *copy_single(const char *from, char **to)
{
    const char *end = strchr(from, '\'');
    if (!end)
        return NULL;
    memcpy(*to, from, (size_t)(end - from));
    *to += end - from;
    return end + 1;
}

static const char *copy_double(const char *from, char **to)
{
    for (; *from && *from != '"'; from++) {
        if (*from == '\\' && from[1] == '\n') { /* a continued line */
            from++;
            continue;
        }
        if (*from == '\\' && from[1] && strchr("\"\\$`", from[1]))
            from++;
        *(*to)++ = *from;
    }
    return *from ? from + 1 : NULL;
}

/* Copies one word with a zero behind it. Returns what follows; NULL: the quoting is wrong. */
static const char *copy_word(const char *from, char **to)
{
    while (from && *from && !strchr(BETWEEN, *from)) {
        if (*from == '\'')
            from = copy_single(from + 1, to);
        else if (*from == '"')
            from = copy_double(from + 1, to);
        else if (*from == '\\' && !from[1])
            return NULL;
        else if (*from == '\\' && from[1] == '\n')
            from += 2;
        else {
            from += *from == '\\';
            *(*to)++ = *from++;
        }
    }
    *(*to)++ = 0;
    return from;
}

/* A line has at most one word for every two characters, and no word is longer than its quoted form. */
char **shell_split(const char *line, size_t *count)
{
    size_t length = strlen(line), limit = length / 2 + 2;
    char **words = malloc(limit * sizeof *words + length + limit);
    char *to = words ? (char *)(words + limit) : NULL;
    if (!words)
        return NULL;
    *count = 0;
    for (line += strspn(line, BETWEEN); *line; line += strspn(line, BETWEEN)) {
        words[(*count)++] = to;
        line = copy_word(line, &to);
        if (!line) {
            free(words);
            errno = EINVAL;
            return NULL;
        }
    }
    words[*count] = NULL;
    return words;
}
