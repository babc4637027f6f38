/* Role: runs programs for tests while one of their allocations fails, each in turn. Callers: the tests of the tools. */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include "../command.h"
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* Runs a command line in a folder, without its files made*, while allocation n fails; said has standard output, then
   standard error. *failed: whether there was such an allocation. */
static inline int run_with_failure(const char *folder, const char *line, unsigned n, bool *failed)
{
    char mark[256];
    snprintf(mark, sizeof mark, "%s/failed", folder);
    unlink(mark);
    (void)command_run("cd %s && rm -rf made*", folder);
    int code =
        command_run("cd %s && timeout 100 env FAILING_MARK=failed FAILING_ALLOCATION=%u LD_PRELOAD=" FAILING_MEMORY
                    " %s 2>errors; code=$?; cat errors; exit $code",
            folder, n, line);
    *failed = access(mark, F_OK) == 0;
    return code;
}

/* Times differ from run to run. */
static inline void forget_times(char *text)
{
    for (char *at = text; (at = strstr(at, " in ")); at += 4)
        for (char *digit = at + 4; strchr("0123456789.", *digit) && *digit; digit++)
            *digit = '0';
}

/* Returns runs, or UINT_MAX (test every allocation) if MEMORY_ALL is set in the environment. */
static inline unsigned sample(unsigned runs)
{
    return getenv("MEMORY_ALL") ? UINT_MAX : runs;
}

/* Each allocation fails once (of more than `runs`, so many spread evenly): the answer is that of a run with memory, or
   code 2 with one line that says "out of memory". */
static inline void expect_no_wrong_answer(const char *folder, const char *line, unsigned runs)
{
    static char right[sizeof said];
    bool failed = true;
    unsigned count = 0, step;
    int code = run_with_failure(folder, line, 0, &failed);
    forget_times(said);
    snprintf(right, sizeof right, "%s", said);
    for (unsigned n = 1; failed || n == 1; n *= 2, count = n) /* an upper bound: at most twice their number */
        (void)run_with_failure(folder, line, n, &failed);
    step = count / sample(runs) + 1;
    failed = true;
    for (unsigned n = 1; failed; n += step) {
        int got = run_with_failure(folder, line, n, &failed);
        forget_times(said);
        bool same = got == code && !strcmp(said, right);
        const char *last = strstr(said, "out of memory\n");
        cr_expect(same || (got == 2 && last && !last[strlen("out of memory\n")]), "%s: allocation %u: code %d: %.400s",
            line, n, got, said);
    }
}

#endif
