/* Role: where the lines of the log go as bytes: a file that begins anew at LOG_FILE_BYTES, or standard error.
   Callers: log.c. Threads: log_file_open() before the log's thread, which does all else. */
#ifndef DAEMON_LOG_FILE_H
#define DAEMON_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Opens the file, to be added to; not through a symbolic link. false with errno. */
bool log_file_open(const char *where);
/* Adds a line with its newline; it is lost where there is no room. A file that is full is renamed first. */
void log_file_write(const char *line, size_t length);
void log_error_write(const char *line, size_t length);

#endif
