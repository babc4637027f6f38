/* Role: the base image: the root file system of containers whose document names no layer. It is made once from
   /bin/busybox, shared by all of them and read-only. Callers: the backend when it opens. */
#ifndef LXC_BASE_H
#define LXC_BASE_H

#include "lxc/failure.h"

/* Is the busybox there that it is made of? */
bool base_is_possible(void);
/* Makes STATE/base unless it exists; complete or not at all. Blocks. */
bool base_make(const char *state, struct failure *failure);

#endif
