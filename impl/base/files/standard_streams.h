/* Role: keeps the standard streams of a tool open, and reports errors of writing to them. Callers: tool_main(),
 * commands that show colours. Threads: main()'s. */
#ifndef BASE_STANDARD_STREAMS_H
#define BASE_STANDARD_STREAMS_H

#include <stdbool.h>

/* Opens the null device for closed standard streams, so that no other file gets their descriptors. */
void standard_streams_open(void);
/* Flushes standard output. Returns code, or, if something could not be written, 2 after a line on standard error that
   begins with the tool's name. If the reader has gone the tool ends with SIGPIPE, like every filter, unless the parent
   ignores that signal. */
int standard_streams_finish(const char *tool, int code);
/* True if standard output is a terminal and NO_COLOR is not set. */
bool output_has_colours(void);

#endif
