/* Role: runs programs for tests: a command line, its exit code and its output. */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

#include "scratch.h"
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* On both outputs. */
static char said[1 << 20];

#define SAYS(text) cr_expect_not_null(strstr(said, text), "'%s' is not in\n%s", text, said)

/* The exit code of a command line of the shell, where $SCRATCH is scratch(); -1: it was ended by a signal. */
static inline __attribute__((format(printf, 1, 2))) int command_run(const char *format, ...)
{
    static char line[1 << 14];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 6, format, arguments);
    va_end(arguments);
    cr_assert(length > 0 && (size_t)length < sizeof line - 6);
    strcat(line, " 2>&1");
    (void)scratch();
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = 0;
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The same in scratch(). */
static inline int command_run_there(const char *line)
{
    return command_run("cd %s && %s", scratch(), line);
}

#endif
