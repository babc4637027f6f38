/* Role: a computecored for the rows alone, which goes with them: with the simulator for one process that runs rows, so
   that they may begin it anew; or with real containers for a whole run. Callers: worker.c, the runner. Single thread.
 */
#ifndef CONFORMANCE_OWN_DAEMON_H
#define CONFORMANCE_OWN_DAEMON_H

#include "target.h"

enum { OWN_DAEMON_WORDS = 4096 };

/* Starts the program with a simulator, waits until it listens, and names it to the target by COMPUTECORE_ENGINE; before
   the target is loaded. false: error has a line. */
bool own_daemon_start(const char *program, char *error, size_t size);
/* Does it? */
bool own_daemon_runs(void);
/* Has the target connect, and leaves no socket in the file system behind. */
bool own_daemon_join(const struct target *target, char *error, size_t size);

/* The path of the computecored beside this tool. false: error has a line. */
bool own_daemon_find(char *path, size_t length, char *error, size_t size);
/* Says what the machine lacks for containers, a line for each need; nothing is created. Returns 0 if nothing is
   missing, 1 if something is, negative if the program does not run: words then say why. */
int own_daemon_check(const char *program, char words[OWN_DAEMON_WORDS]);
/* As own_daemon_start(), with containers, whose state lies in a folder of its own, for this process and all that it
   starts. Ended with own_daemon_end(), and by itself if this process ends without that. */
bool own_daemon_start_host(const char *program, char *error, size_t size);
/* Ends it and all that it has made. false after a line on standard error: something is left. */
bool own_daemon_end(void);

#endif
