/* Role: the serial port of a guest in this process: a named pipe (platform/port.h), and what becomes of it as inputs of
   the trace. Its two directions are the standard input and output of a process that no client has created
   (stream_open_port()). Callers: stream.c, replays. Threads: core lock held. */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include "platform/platform.h"
#include <windows.h>

struct line;
struct process;

/* HRESULTs: those of stream_open_port(). */
HRESULT line_open(struct process *process, const char *name, uint32_t user, struct line **line);
void line_close(struct line *line);
/* Output waits for a program again if none is there. */
void line_restart(struct line *line);
/* False if output is dropped: no program is there, but one was. */
bool line_takes_output(const struct line *line);
bool line_is_connected(const struct line *line);
/* Bytes moved or PLATFORM_BLOCKED: a serial port has no end. */
ptrdiff_t line_read(struct line *line, void *buffer, size_t size);
ptrdiff_t line_write(struct line *line, const void *buffer, size_t size);
/* Returns what platform_poll() waits for, or PLATFORM_NO_STREAM if there is nothing to wait for. */
platform_stream line_stream(const struct line *line);
/* True if it must not be polled for some milliseconds. */
bool line_rests(const struct line *line);
/* To be called when it is ready. Notices a program that has come. Returns true if one is there. */
bool line_look(struct line *line);

/* For replays: no pipe is made. made() says how the next one of that name was made. */
void line_replay(HRESULT (*made)(void *context, const char *name), void *context);
/* A program comes; writes bytes, which are only used until the guest has read them, or leaves (no bytes). Return false
   if there is no such port. */
bool line_feed_program(const char *name);
bool line_feed(const char *name, const void *bytes, size_t length);

#endif
