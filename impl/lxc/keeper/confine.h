/* Role: capabilities and system calls that a container's processes may use; the same for process 1, which liblxc
   starts, and for those that attach.c starts. Threads: the filter is made once by a single-threaded keeper. */
#ifndef LXC_CONFINE_H
#define LXC_CONFINE_H

#include "lxc/failure.h"
#include <linux/filter.h>

/* Makes the system call filter, once per keeper; its memory is never freed. */
bool confine_prepare(struct sock_fprog *filter, struct failure *failure);
/* Writes the same filter to a file as liblxc reads it (lxc.seccomp.profile). */
bool confine_write_profile(const char *path, struct failure *failure);
/* Returns the names of the capabilities that are kept, in the form of lxc.cap.keep. */
const char *confine_capabilities(void);
/* Called in a new process, in this order. confine_bound(): while it is the container's root; removes all other
   capabilities from the bounding set, so that programs with file capabilities can't regain them. confine_enter(): after
   it has become its user; drops its capabilities, sets no_new_privs and loads the filter. Both return 0 or the error.
 */
int confine_bound(void);
int confine_enter(const struct sock_fprog *filter);

#endif
