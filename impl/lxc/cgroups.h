/* Role: the cgroups of a container, below "computecore/NAME" in each hierarchy: kills what runs in
   them, removes them. Callers: attach.c and container.c in a keeper, remains.c in the daemon. No state; any thread. */
#ifndef LXC_CGROUPS_H
#define LXC_CGROUPS_H

#include "failure.h"
#include <stdbool.h>
#include <sys/types.h>

enum { CGROUPS_MOST = 16 };

/* Where a process is: cgroup.procs of its groups, opened for writing. */
struct cgroups {
    int files[CGROUPS_MOST];
    unsigned count;
    char procs[1024]; /* the path of one that is not the root of its hierarchy, for a list of what is in it; or empty */
};

/* false after failure_set(). cgroups_close() in any case. */
bool cgroups_open(struct cgroups *groups, pid_t process, struct failure *failure);
void cgroups_close(struct cgroups *groups);
/* Moves the calling process there. Returns 0, or the error. */
int cgroups_enter(const struct cgroups *groups);

/* Kills what runs in them, frozen or not, and waits for its end, at most that long. false: something still runs. */
bool cgroups_kill(const char *name, unsigned limit_ms);
/* Removes those that are empty, waiting that long for processes that are on their way out. false: one is left. */
bool cgroups_remove(const char *name, unsigned limit_ms);

#endif
