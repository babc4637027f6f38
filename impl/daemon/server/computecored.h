/* Role: what computecored does alike on every system. Callers: computecored_posix.c, computecored_windows.c. Threads:
   the first one. */
#ifndef DAEMON_COMPUTECORED_H
#define DAEMON_COMPUTECORED_H

#include "base/command/command_line.h"
#include <stdbool.h>

/* The choices of --log-level, by enum log_level. */
extern const char *const computecored_levels[];

/* Options of both, for a struct with members of these names. */
#define COMPUTECORED_SCENARIO(values)                                                                                  \
    {                                                                                                                  \
        .name = "scenario", .kind = OPTION_TEXT, .argument = "FILE", .place = offsetof(values, scenario),              \
        .help = "the scenario of the simulator: a file, or JSON text"                                                  \
    }
#define COMPUTECORED_LOG_LEVEL(values)                                                                                 \
    {                                                                                                                  \
        .name = "log-level", .kind = OPTION_CHOICE, .argument = "LEVEL", .choices = computecored_levels,               \
        .place = offsetof(values, level), .fallback = "info",                                                          \
        .help = "what to log at least: info has the calls that change something, debug all"                            \
    }
#define COMPUTECORED_LINGER(values)                                                                                    \
    {                                                                                                                  \
        .name = "linger", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = offsetof(values, linger),             \
        .maximum = 86400, .fallback = "30", .help = "end after that time without clients and systems; 0: never"        \
    }

/* Writes one line on standard error. Returns 2, the exit code. */
int computecored_fail(const char *what, const char *why);
/* Opens the engine that COMPUTECORE_ENGINE names, for as many clients as come. scenario: of the simulator; NULL: none.
   false: the reason has been written to standard error. */
bool computecored_open_engine(const char *scenario);
/* For main(): the tool whose one command is serve. */
int computecored_main(const struct command *serve, int argc, char **argv);

#endif
