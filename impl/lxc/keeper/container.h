/* Role: a container as liblxc runs it: configured from a plan, started, frozen, measured, cleaned up after.
   Callers: keeper.c alone, single-threaded: liblxc is called nowhere else. */
#ifndef LXC_CONTAINER_H
#define LXC_CONTAINER_H

#include "lxc/failure.h"
#include "lxc/plan.h"
#include "userns.h"
#include <sys/types.h>

struct container;

struct container_options {
    const char *name;    /* of the container in liblxc and of its cgroups: letters, digits, - */
    const char *folder;  /* of the system's state: liblxc's log, the seccomp profile */
    const char *root;    /* where its root file system is mounted */
    const char *program; /* the path of computecore-init on the host */
    const char *id;      /* of the compute system: the host name where the document has none */
    struct id_range range;
};

/* Makes and starts it. NULL after failure_set(): nothing of it is left. */
struct container *container_start(
    const struct container_options *options, const struct plan *plan, struct failure *failure);
/* Process 1, by its id on the host; 0: it has ended, or is not known. */
pid_t container_init(const struct container *container);
/* Ends process 1, and with it all others, if it has not ended. */
void container_kill(const struct container *container);
/* Freezes or thaws all processes. */
bool container_freeze(struct container *container, bool frozen, struct failure *failure);
/* Limits while it runs; 0: none. */
bool container_limit_memory(struct container *container, uint64_t megabytes, struct failure *failure);
bool container_limit_processors(
    struct container *container, unsigned count, unsigned maximum, unsigned weight, struct failure *failure);

struct container_statistics {
    uint64_t memory, memory_peak, memory_commit; /* bytes */
    uint64_t processor_ns, user_ns, kernel_ns;
    uint64_t read_bytes, written_bytes, reads, writes;
    uint64_t oom_kills;
};
/* Values that the hierarchy does not have stay 0. */
void container_measure(struct container *container, struct container_statistics *statistics);

/* After process 1 has ended and every process that was attached has been reaped: waits for liblxc's monitor, removes
   the cgroups, frees. */
void container_finish(struct container *container);

#endif
