/* Role: paths within a folder that somebody else may have filled: no link in it leads outside. Callers:
   network.c, services.c, share.c. No state; any thread. */
#ifndef LXC_WITHIN_H
#define LXC_WITHIN_H

#include "userns.h"

/* Resolves the path within root, so that links in the container's files can't lead to the host's. -1 with errno. */
int within_open(int root, const char *path, int flags);
/* Makes the missing folders above the last part of a path, owned by the container's root. Returns the last of them, as
   a descriptor that only names it; -1 with errno. */
int within_make_folders(int root, const char *path, struct id_range range);

#endif
