/* Role: starts a process in a running container: in its namespaces and cgroups, as one of its users, confined, with no
   descriptors but the given ones. The caller is its parent and reaps it. Callers: keeper.c, single-threaded. */
#ifndef LXC_ATTACH_H
#define LXC_ATTACH_H

#include "lxc/cgroups.h"
#include "lxc/failure.h"
#include <linux/filter.h>
#include <stddef.h>
#include <sys/types.h>

/* A running container. */
struct attach_target {
    int init; /* pidfd of its process 1 */
    struct cgroups cgroups;
    struct sock_fprog filter;
    pid_t stage; /* has entered it, and starts what it is told to; 0: none */
    int channel; /* to the stage */
};

/* The process to start. */
struct attach_process {
    char *const *arguments;   /* the program, searched for in PATH of environment, and its arguments; ended by NULL */
    char *const *environment; /* NAME=value, ended by NULL */
    const char *user;         /* NAME[:GROUP] or UID[:GID] of the container; NULL or empty: its root */
    const char *folder;       /* NULL or empty: the user's home, or / */
    int streams[3];           /* -1: the null device */
    bool console;             /* use a terminal of the container; *terminal is its other side, streams are ignored */
    unsigned short columns, rows;
};

/* Where starting it failed. */
enum attach_step {
    ATTACH_STARTED,
    ATTACH_ENTER,
    ATTACH_USER,
    ATTACH_CONSOLE,
    ATTACH_FOLDER,
    ATTACH_CONFINE,
    ATTACH_PROGRAM,
    ATTACH_PROGRAM_FOLDER /* the program was not found, since its folder does not exist */
};

struct attached {
    pid_t process;         /* as this process sees it; its parent is the caller */
    pid_t inner;           /* as the container sees it */
    int terminal;          /* of a console, close-on-exec, the caller's; else -1 */
    enum attach_step step; /* of a failure */
};

/* Opens what attach_start() needs of a container whose process 1 is init. attach_close() when it has ended. */
bool attach_open(struct attach_target *target, pid_t init, struct failure *failure);
void attach_close(struct attach_target *target);
/* Returns true once the program runs. On failure nothing is left of the process, and failure->error is the error (for
   ATTACH_PROGRAM the one of execve()). Takes at most a few seconds. */
bool attach_start(struct attach_target *target, const struct attach_process *process, struct attached *attached,
    struct failure *failure);
/* Makes a stage for all processes to come, unless there is one: it has entered the container, so that a start takes a
   fraction of the time. It is a child of the caller, in the cgroups of the container and not among its processes; when
   the caller has reaped it, it calls attach_stage_ended(). */
void attach_prepare(struct attach_target *target);
void attach_stage_ended(struct attach_target *target);
/* Ends the stage, if there is one; the caller reaps it. */
void attach_drop_stage(struct attach_target *target);

#endif
