/* computecore-init: process 1 of a container. It reaps orphans. On SIGTERM it asks all processes to end, waits for
   them and exits with 0, which ends the container. Linked statically, since the root file system may have no libraries.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 20, GRACE_MS = 8000 };

static void reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

/* Processes started from outside are not children of this process: kill() fails once none is left. */
static int end_all(const sigset_t *awaited)
{
    const struct timespec look = {0, LOOK_MS * 1000000L};
    (void)kill(-1, SIGTERM); /* fails if there is no other process */
    (void)kill(-1, SIGCONT);
    for (int waited = 0; waited < GRACE_MS && (kill(-1, 0) == 0 || errno != ESRCH); waited += LOOK_MS) {
        (void)sigtimedwait(awaited, NULL, &look);
        reap();
    }
    return 0;
}

int main(void)
{
    sigset_t awaited;
    if (getpid() != 1) /* elsewhere it would end all processes that it can reach */
        return 2;
    (void)prctl(PR_SET_NAME, "init"); /* as process lists show it; can't fail */
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): it has one thread
    if (sigprocmask(SIG_BLOCK, &awaited, NULL))
        return 1;
    for (;;) {
        int signal = sigwaitinfo(&awaited, NULL);
        reap();
        if (signal == SIGTERM)
            return end_all(&awaited);
    }
}
