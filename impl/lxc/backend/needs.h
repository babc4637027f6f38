/* Role: what containers need of a machine: checked before anything is created, in words that say what to do.
   Callers: the backend when it opens, computecored --check. No state; blocks for some milliseconds. */
#ifndef LXC_NEEDS_H
#define LXC_NEEDS_H

#include "lxc/failure.h"
#include <stddef.h>

/* Called for each need. lack: what is missing, without a full stop; NULL: the need is met. remedy: a command or an
   advice that mends it. */
typedef void needs_teller(void *context, const char *need, const char *lack, const char *remedy);

/* Tells of each need. state: the folder that will hold the state, whether it is there or not; NULL: the usual one.
   Returns whether all are met. Creates nothing. */
bool needs_check(const char *state, needs_teller *tell, void *context);
/* The first need that is not met, as a failure; returns false if there is one. */
bool needs_require(const char *state, struct failure *failure);

/* The path of a program that belongs to computecored: beside it, or where it is installed. Returns false if it is not
   there. */
bool needs_find_program(const char *name, char *path, size_t size);

#endif
