/* Role: a file of lines in a process that belongs to somebody else, who may close any descriptor: closefrom(3) and
   similar close that of the file, and its number becomes that of another one. This is noticed before each line: the
   other file is left alone, and the lines go on in the first.
   Callers: core/trace_line.c. Threads: one at a time. */
#ifndef BASE_KEPT_FILE_H
#define BASE_KEPT_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct kept_file;

/* As file_stream(). Returns NULL, or an error message. */
const char *kept_file_open(const char *path, struct kept_file **file);
/* As file_line(); an error message also if the file is no longer at its path. */
const char *kept_file_line(struct kept_file *file, const char *line, size_t length);
/* Prints on standard error, unless that is another file than when this one was opened. */
void kept_file_tell(const struct kept_file *file, const char *text, const char *why);
/* Closes and frees it in any case. text: what kept_file_tell() prints if the file is incomplete; NULL: nothing. */
void kept_file_end(struct kept_file *file, const char *text);

#endif
