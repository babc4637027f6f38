/* Role: computecored under systemd: the socket that is passed, what the service manager is notified of, the journal. In
   a build without libsystemd nothing is passed, nobody is notified, and there is no journal (no_systemd.c). Callers:
   computecored_posix.c, log.c. Threads: systemd_listener() before there are others; all else any. */
#ifndef DAEMON_SYSTEMD_H
#define DAEMON_SYSTEMD_H

#include <stdbool.h>

bool systemd_is_built_in(void);

/* The listening socket that the service manager passed (LISTEN_FDS), which is the caller's, close-on-exec and does not
   block. -1: none was passed; -2: what was passed is not one listening socket of the kind seqpacket. */
int systemd_listener(void);
/* Returns whether a service manager wants notices: a service of Type=notify. */
bool systemd_wants_notices(void);
/* A line of the protocol of sd_notify(3): "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…", several with newlines. */
void systemd_notify(const char *lines);
/* Milliseconds within which WATCHDOG=1 has to come again and again; 0: it is not watched. */
unsigned systemd_watchdog_ms(void);
/* A line into the journal. level: enum log_level. */
void systemd_journal(int level, const char *line);

#endif
