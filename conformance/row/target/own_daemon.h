/* Role: a computecored that only rows or a schedule use and that ends with them: with the simulator, for one process
   that runs them, so that they may reset it; or with real containers, for a whole run. Callers: worker.c, replay.c, the
   runner. Single thread. */
#ifndef CONFORMANCE_OWN_DAEMON_H
#define CONFORMANCE_OWN_DAEMON_H

#include "target.h"

enum { OWN_DAEMON_WORDS = 4096 };

/* Loads the target (NULL: our own library). program not empty: first starts it with a simulator and sets
   COMPUTECORE_ENGINE to its address; makes the target connect, then removes the socket from the file system; processes
   that this one starts still find the daemon. false: error has a line. */
bool own_daemon_load(struct target *target, const char *library, const char *program, char *error, size_t size);
/* Returns whether a daemon has been started and not ended. */
bool own_daemon_runs(void);

/* The path of the computecored beside this tool. false: error has a line. */
bool own_daemon_find(char *path, size_t length, char *error, size_t size);
/* Writes into words what the machine lacks for containers, a line for each need; creates nothing. Returns 0 if nothing
   is missing, 1 if something is, a negative number if the program does not run: words then has the reason. */
int own_daemon_check(const char *program, char words[OWN_DAEMON_WORDS]);
/* Starts the program with containers, its state in a folder of its own, waits until it listens, and sets
   COMPUTECORE_ENGINE to its address: for this process and all that it starts. own_daemon_end() ends the daemon; if this
   process ends without calling it, the daemon ends by itself. false: error has a line. */
bool own_daemon_start_host(const char *program, char *error, size_t size);
/* Ends the daemon and removes all that it created. false after a line on standard error: something is left. */
bool own_daemon_end(void);

#endif
