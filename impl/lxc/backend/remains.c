/* Removal of ended systems. Entry point: remains_remove(). */
#include "remains.h"
#include "lxc/cgroups.h"
#include "tree.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { LIMIT_MS = 10000, LOOK_MS = 2 };

/* The keeper has closed its socket and is about to end; if it hangs, it is killed. Its mounts end with it. */
static void await(pid_t keeper)
{
    const struct timespec moment = {0, LOOK_MS * 1000000L};
    for (int waited = 0; waited < LIMIT_MS; waited += LOOK_MS) {
        if (waitpid(keeper, NULL, WNOHANG))
            return;
        nanosleep(&moment, NULL);
    }
    (void)kill(keeper, SIGKILL);
    while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
        ;
}

enum remains remains_remove(int systems, const char *name, pid_t keeper)
{
    bool dead = cgroups_kill(name, LIMIT_MS);
    if (keeper > 0)
        await(keeper);
    bool left = !cgroups_remove(name, LIMIT_MS) || !dead, files = !tree_remove(systems, name);
    return left ? REMAINS_CGROUPS : files ? REMAINS_FILES : REMAINS_NOTHING;
}
