/* Role: real containers for a run: starts a computecored, and afterwards ends it with all its containers. Callers:
 * commands.c. Single thread. */
#ifndef CONFORMANCE_CONTAINERS_H
#define CONFORMANCE_CONTAINERS_H

#include "options.h"

/* The command probe --engine host: says what this machine has and lacks for containers. Creates nothing. Returns the
   exit code. */
int containers_probe(const struct options *options);
/* Starts the daemon and names it to all processes started from here on. false after lines on standard error: something
   is missing, and nothing was created. */
bool containers_begin(const struct options *options);
/* Ends it. false after a line on standard error: something is left. */
bool containers_end(void);

#endif
