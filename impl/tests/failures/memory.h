/* Role: runs programs for tests while one of their allocations fails, each in turn. Callers: the tests of the tools. */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include "../command.h"
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* A command whose allocations fail; in: the first argument of the processes it starts that is meant, or NULL: itself.
 */
struct swept {
    const char *folder, *line, *in;
};

/* Runs the command in its folder, without its files made*, while allocation n fails; said has standard output, then
   standard error. *failed: whether there was such an allocation. */
static inline int run_with_failure(const struct swept *swept, unsigned n, bool *failed)
{
    char mark[256];
    snprintf(mark, sizeof mark, "%s/failed", swept->folder);
    unlink(mark);
    (void)command_run("cd %s && rm -rf made*", swept->folder);
    int code = command_run("cd %s && timeout 100 env %s%s FAILING_MARK=$PWD/failed FAILING_ALLOCATION=%u "
                           "ASAN_OPTIONS=\"$ASAN_OPTIONS:verify_asan_link_order=0\" LD_PRELOAD=" FAILING_MEMORY
                           " %s 2>errors; code=$?; cat errors; exit $code",
        swept->folder, swept->in ? "FAILING_COMMAND=" : "", swept->in ? swept->in : "", n, swept->line);
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

/* How many allocations of a run fail, one at a time, spread evenly over all that it makes: each costs several times as
   much under the address sanitizer, where these tests run, so that few are a sample. MEMORY_ALL in the environment: all. */
static inline unsigned sample(void)
{
    return getenv("MEMORY_ALL") ? UINT_MAX : 40;
}

/* Whether the last run ended for lack of memory, and said so as its last line. */
static inline bool said_out_of_memory(int code)
{
    const char *last = strstr(said, "out of memory\n");
    return code == 2 && last && !last[strlen("out of memory\n")];
}

/* Allocations fail, one at a time: the answer is that of a run with memory, or
   code 2 with one line that says "out of memory", or one that `honest` takes. */
static inline void expect_no_wrong_answer_of(const struct swept *swept, bool (*honest)(int code))
{
    static char right[sizeof said];
    bool failed = true;
    unsigned count = 0, step;
    int code = run_with_failure(swept, 0, &failed);
    forget_times(said);
    snprintf(right, sizeof right, "%s", said);
    for (unsigned n = 1; failed || n == 1; n *= 2, count = n) /* an upper bound: at most twice their number */
        (void)run_with_failure(swept, n, &failed);
    step = count / sample() + 1;
    failed = true;
    for (unsigned n = 1; failed; n += step) {
        int got = run_with_failure(swept, n, &failed);
        forget_times(said);
        bool same = got == code && !strcmp(said, right);
        cr_expect(same || said_out_of_memory(got) || (honest && honest(got)), "%s: allocation %u: code %d: %.400s",
            swept->line, n, got, said);
    }
}

static inline void expect_no_wrong_answer(const char *folder, const char *line)
{
    expect_no_wrong_answer_of(&(struct swept){folder, line, NULL}, NULL);
}

#endif
