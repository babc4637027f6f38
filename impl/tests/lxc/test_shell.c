/* Command lines as words. */
#include "lxc/backend/shell.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *line, *words; /* words: each in parentheses; NULL: the line is refused */
} lines[] = {
    {"", ""},
    {"  \t\n ", ""},
    {"a", "(a)"},
    {" a  b\tc\n", "(a)(b)(c)"},
    {"'a b' c", "(a b)(c)"},
    {"a'b'\"c\"d", "(abcd)"},
    {"''", "()"},
    {"\"\" x ''", "()(x)()"},
    {"'a\"b' \"c'd\"", "(a\"b)(c'd)"},
    {"a\\ b", "(a b)"},
    {"'a\\b'", "(a\\b)"},
    {"\"a\\b\"", "(a\\b)"},
    {"\"a\\\"b\\\\c\\$d\\`e\"", "(a\"b\\c$d`e)"},
    {"\"a\\\nb\" c\\\nd", "(ab)(cd)"},
    {"$HOME * ~ | > & ; # `x`", "($HOME)(*)(~)(|)(>)(&)(;)(#)(`x`)"},
    {"a=b c", "(a=b)(c)"},
    {"'", NULL},
    {"a 'b", NULL},
    {"\"", NULL},
    {"\"a\\\"", NULL},
    {"a\\", NULL},
    {"a b c d e f g h", "(a)(b)(c)(d)(e)(f)(g)(h)"},
};

Test(shell, words_are_parted_and_quoted_as_the_posix_shell_does)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char joined[256] = "";
        size_t count = 0, length = 0;
        errno = 0;
        char **words = shell_split(lines[i].line, &count);
        if (!lines[i].words) {
            cr_expect(!words && errno == EINVAL, "line %zu: %s", i, lines[i].line);
            free(words);
            continue;
        }
        cr_assert(words, "line %zu: %s", i, lines[i].line);
        for (size_t word = 0; word < count; word++)
            length += (size_t)snprintf(joined + length, sizeof joined - length, "(%s)", words[word]);
        cr_expect_str_eq(joined, lines[i].words, "line %zu: %s", i, lines[i].line);
        cr_expect_null(words[count], "line %zu: %s", i, lines[i].line);
        free(words);
    }
}
