/* Role: a computecored for the rows of one process alone, so that they may begin its simulator anew. It ends with that
   process. Callers: worker.c. Single thread. */
#ifndef CONFORMANCE_OWN_DAEMON_H
#define CONFORMANCE_OWN_DAEMON_H

#include "target.h"

/* Starts the program, waits until it listens, and names it to the target by COMPUTECORE_ENGINE; before the target is
   loaded. false: error has a line. */
bool own_daemon_start(const char *program, char *error, size_t size);
/* Does it? */
bool own_daemon_runs(void);
/* Has the target connect, and leaves no socket in the file system behind. */
bool own_daemon_join(const struct target *target, char *error, size_t size);

#endif
