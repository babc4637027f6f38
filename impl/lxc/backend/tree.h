/* Role: removes a folder with all that is in it, whatever a container has left there: no link is followed, no other
   file system entered. Callers: base.c, remains.c. No state; any thread. */
#ifndef LXC_TREE_H
#define LXC_TREE_H

#include <stdbool.h>

/* name: one part, in the folder that place is a descriptor of. A missing folder counts as removed. false with errno:
   something is left. */
bool tree_remove(int place, const char *name);

#endif
