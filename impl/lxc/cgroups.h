/* Role: the cgroups of a container, "computecore/NAME" in each hierarchy: joining, killing what runs in them, removal.
 * Callers: attach.c and container.c in a keeper, remains.c in the daemon. No state; any thread. */
#ifndef LXC_CGROUPS_H
#define LXC_CGROUPS_H

#include "failure.h"
#include <stdbool.h>
#include <sys/types.h>

enum { CGROUPS_MOST = 16 };

/* The groups of a process: their cgroup.procs, opened for writing. */
struct cgroups {
    int files[CGROUPS_MOST];
    unsigned count;
    char procs[1024]; /* the path of one that is not the root of its hierarchy, for listing processes; or empty */
};

/* false after failure_set(). cgroups_close() in any case. */
bool cgroups_open(struct cgroups *groups, pid_t process, struct failure *failure);
void cgroups_close(struct cgroups *groups);
/* Moves the calling process into the groups. Returns 0, or the error. */
int cgroups_enter(const struct cgroups *groups);

/* Kills all processes in the groups, frozen or not, and waits up to limit_ms for their end. false: some still run. */
bool cgroups_kill(const char *name, unsigned limit_ms);
/* Removes empty groups, and waits up to limit_ms for processes that are ending. false: a group is left. */
bool cgroups_remove(const char *name, unsigned limit_ms);

#endif
