/* Linked into the programs of Criterion tests. BoxFort, which gives each test a process of its own, waits for that
   process to stop before its test begins; of one that ends instead it says no more than "Protocol error". This says how
   it ended: by its own doing (an exit code, SIGABRT, SIGSEGV) or by somebody else's (SIGKILL). */
#include <stdio.h>
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
