/* Removal of ended systems. Entry point: remains_remove(). */
#include "remains.h"
#include "lxc/cgroups.h"
#include "lxc/keeper_state.h"
#include "tree.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

/* Removes the links that lead to no system any more. */
static void sweep_links(int systems)
{
    int place = openat(systems, "../" KEEPER_HV, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = place >= 0 ? fdopendir(place) : NULL;
    if (!folder && place >= 0)
        close(place);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_type == DT_LNK && faccessat(place, entry->d_name, F_OK, 0) && errno == ENOENT)
            (void)unlinkat(place, entry->d_name, 0);
    if (folder)
        closedir(folder);
}

enum remains remains_remove(int systems, const char *name, pid_t keeper)
{
    bool dead = cgroups_kill(name, LIMIT_MS);
    if (keeper > 0)
        await(keeper);
    bool left = !cgroups_remove(name, LIMIT_MS) || !dead, files = !tree_remove(systems, name);
    sweep_links(systems);
    return left ? REMAINS_CGROUPS : files ? REMAINS_FILES : REMAINS_NOTHING;
}
