/* Role: what computecored does alike on every system. Callers: computecored_posix.c, computecored_windows.c. Threads:
   the first one. */
#ifndef DAEMON_COMPUTECORED_H
#define DAEMON_COMPUTECORED_H

#include "base/command/command_line.h"
#include <stdbool.h>

/* The choices of --log-level, by enum log_level. */
extern const char *const computecored_levels[];

/* Writes one line on standard error. Returns 2, the exit code. */
int computecored_fail(const char *what, const char *why);
/* Opens the engine that COMPUTECORE_ENGINE names, for as many clients as come. scenario: of the simulator; NULL: none.
   false: the reason has been written to standard error. */
bool computecored_open_engine(const char *scenario);
/* For main(): the tool whose one command is serve. */
int computecored_main(const struct command *serve, int argc, char **argv);

#endif
