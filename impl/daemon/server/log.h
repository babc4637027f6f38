/* Role: computecored's log: who did what, and what went wrong, one line each. Lines go into a buffer of a fixed size;
   a thread of the log writes them, so that a disk or a terminal that does not take them delays nobody. Lines that find
   the buffer full are counted, and the count is a line of the log.
   Callers: computecored_posix.c, computecored_windows.c, server.c, the session. Threads: log_line() and log_takes()
   any, with or without the core lock; log_open() and log_close() the first one. */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Longer lines are cut. A file over this size is renamed to FILE.old, and a new one begun. */
enum { LOG_LINE_BYTES = 1024, LOG_FILE_BYTES = 16 << 20 };

/* Where the log goes: "stderr", "journal", or a path; NULL: nowhere. Lines above the level are dropped. false: a path
   that can't be opened (errno), or a build without libsystemd (ENOTSUP). */
bool log_open(const char *where, enum log_level level);
/* Whether a line of that level would be written. */
bool log_takes(enum log_level level);
/* Adds a line; before log_open() it does nothing, after log_close() nobody writes it. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Waits until all lines are written, for a second at most. */
void log_close(void);

/* Writes text as ASCII in double quotes: a control character, a quote, a backslash and a byte above ASCII as \xNN, what
   is too long cut and followed by "...". NULL is written as a dash. Returns quoted. */
enum { LOG_QUOTED_BYTES = 280 };
const char *log_quote(const char *text, char quoted[LOG_QUOTED_BYTES]);

#endif
