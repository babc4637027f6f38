/* Role: the lines of a trace: their common members, long texts, handles, and the file or other place that they go to.
   Knows nothing of what a trace is about; trace_write.h has the lines of calls. Callers: trace.c, trace_write.c, and
   the recorder of hcs-sim, which has a core lock of its own.
   Threads: all with the core lock, but trace_state. One trace at a time. */
#ifndef CORE_TRACE_LINE_H
#define CORE_TRACE_LINE_H

#include "base/text/json_writer.h"
#include <stdatomic.h>
#include <windows.h>

/* Traces of version 1 have no "end" line. */
enum { TRACE_VERSION = 2 };

enum trace_state { TRACE_UNKNOWN, TRACE_OFF, TRACE_ON };
extern atomic_int trace_state;

/* Receives the lines of a trace, without line ends. */
struct trace_output {
    void (*line)(struct trace_output *output, const char *line, size_t length);
};

/* --- where they go --- */

/* Opens a file for the lines, and completes the one before. Returns NULL and the output for trace_lines_start(); or
   changes nothing and returns the reason, for a message. */
const char *trace_lines_open(const char *path, struct trace_output **output);
/* Begins a trace, whose first line is its header. NULL: no trace. */
void trace_lines_start(struct trace_output *output);
/* Ends the file with the "end" line, which marks the trace as complete; done also when the program exits or the library
   is unloaded. false: the lines go to none. */
bool trace_lines_close(void);
/* The FNV-1a hash of all lines with their line ends, without the header and the "end" line. */
uint64_t trace_lines_hash(void);

/* --- a line --- */

/* Begins the header: version, library, and the name of the engine. */
void trace_line_head(struct writer *writer, const char *engine);
/* Begins any other line. time: in nanoseconds. */
void trace_line_begin(struct writer *writer, uint64_t time);
/* Writes the line. Without memory the trace ends here, as after an error of its file. */
void trace_line_end(struct writer *writer);

/* Before a line that mentions a text (NULL: none): writes one with the text and its digest, if it is long and new. */
void trace_tell_text(const char *text);
void trace_tell_wide(PCWSTR text);
/* Members of a line: a text, or its digest if it is long; a handle by its name; an HRESULT; bytes in hexadecimal. */
void trace_put_text(struct writer *writer, const char *name, const char *text);
void trace_put_wide(struct writer *writer, const char *name, PCWSTR text);
void trace_put_handle(struct writer *writer, const char *name, uint64_t value);
void trace_put_result(struct writer *writer, const char *name, HRESULT result);
void trace_put_bytes(struct writer *writer, const void *bytes, size_t length);

#endif
