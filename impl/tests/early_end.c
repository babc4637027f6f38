/* Linked into the programs of Criterion tests. BoxFort, which gives each test a process of its own, waits for that
   process to stop before its test begins; of one that ends instead it says no more than "Protocol error". This says how
   it ended: by its own doing (an exit code, SIGABRT, SIGSEGV) or by somebody else's (SIGKILL). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Stands before the C library's. No other caller asks for processes that stop. */
pid_t waitpid(pid_t process, int *status, int options)
{
    int how = 0;
    pid_t got = (pid_t)syscall(SYS_wait4, process, &how, options, NULL);
    if (got > 0 && status)
        *status = how;
    if (got > 0 && options == WUNTRACED && !WIFSTOPPED(how))
        fprintf(stderr, "test process %d ended before its test began: %s %d\n", (int)got,
            WIFEXITED(how) ? "exit code" : "signal", WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how));
    return got;
}

/* BoxFort's test process aborts without a word if it can't be prepared. Nothing but the runner, and what it has just
   forked, has no BXFI_MAP in its environment. */
void abort(void)
{
    if (!getenv("BXFI_MAP")) // NOLINT(concurrency-mt-unsafe): nothing changes the environment there
        fprintf(stderr, "the runner of the tests, or a test process that it prepares, aborts: %m\n");
    (void)signal(SIGABRT, SIG_DFL);
    (void)raise(SIGABRT);
    _exit(128 + SIGABRT);
}
