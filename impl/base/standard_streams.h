/* Role: the standard streams of a tool: open from its first moment to its last, and written without a silent error.
   Callers: tool_main(), commands that show colours. Threads: main()'s. */
#ifndef BASE_STANDARD_STREAMS_H
#define BASE_STANDARD_STREAMS_H

#include <stdbool.h>

/* Opens the null device for standard streams that are closed, so that no file of ours gets their descriptors. */
void standard_streams_open(void);
/* Writes what standard output still holds. Returns the exit code, or 2 after a line on standard error that begins with
   the tool's name if something was not written. A reader that went away ends the tool with SIGPIPE, like every filter,
   unless the parent ignores that signal. */
int standard_streams_finish(const char *tool, int code);
/* Is standard output a terminal, and are colours not refused (NO_COLOR)? */
bool output_has_colours(void);

#endif
