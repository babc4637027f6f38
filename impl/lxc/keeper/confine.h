/* Role: what a container's processes may do: capabilities and system calls, the same for process 1, which liblxc
   starts, and for processes that attach.c starts. Threads: the filter is made once by a single-threaded keeper. */
#ifndef LXC_CONFINE_H
#define LXC_CONFINE_H

#include "lxc/failure.h"
#include <linux/filter.h>

/* The filter of system calls, made once a keeper; its memory is never freed. */
bool confine_prepare(struct sock_fprog *filter, struct failure *failure);
/* Writes the same filter to a file as liblxc reads it (lxc.seccomp.profile). */
bool confine_write_profile(const char *path, struct failure *failure);
/* The names of the capabilities that are kept, as liblxc writes them (lxc.cap.keep). */
const char *confine_capabilities(void);
/* In a new process, in this order: while it is the container's root, takes all other capabilities out of reach, of
   programs with file capabilities too; after it has become its user, drops what it holds, gives up new privileges and
   loads the filter. Return 0, or the error of the call that failed. */
int confine_bound(void);
int confine_enter(const struct sock_fprog *filter);

#endif
