/* Role: death tests: a violated check must print its line and abort. */
#ifndef TESTS_DIES_H
#define TESTS_DIES_H

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HCS_CHECKS
enum { CHECKS_ARE_ON = 1 };
#else
enum { CHECKS_ARE_ON = 0 };
#endif

/* Runs a function in a child, which must be aborted by a check whose line holds the text. */
static inline void expect_check(void (*run)(void), const char *text)
{
    int ends[2], status;
    char said[1024];
    if (!CHECKS_ARE_ON)
        cr_skip_test("built without HCS_CHECKS");
    cr_assert_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        run();
        _exit(0);
    }
    close(ends[1]);
    FILE *from = fdopen(ends[0], "r");
    said[fread(said, 1, sizeof said - 1, from)] = 0;
    fclose(from);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "nothing was caught: %s expected", text);
    cr_expect_not_null(strstr(said, text), "'%s' is not in\n%s", text, said);
}

#endif
