/* Role: the host's side of a serial port of a machine that is a named pipe, \\.\pipe\NAME. Where there are no such
   pipes it is a socket NAME in a folder of this user: that of COMPUTECORE_PIPES, else computecore-pipes in
   XDG_RUNTIME_DIR, else /tmp/computecore-pipes-UID. One program at a time is at the other end. Callers: core/line.c.
   Threads: one at a time. Nothing blocks, but port_open() and port_close() may wait some milliseconds for
   another process that makes or removes one. */
#ifndef PLATFORM_PORT_H
#define PLATFORM_PORT_H

#include "platform.h"

enum port_status {
    PORT_GOOD,
    PORT_NAME,    /* no name of a pipe: not \\.\pipe\NAME, or NAME is empty, too long or has / or \ */
    PORT_REFUSED, /* something else has that name, or others may write to the folder */
    PORT_BUSY,    /* another program is at the pipe */
    PORT_FAILED   /* the folder can't be made, or there is no more memory or no more descriptors */
};

struct platform_port;

/* Makes the pipe, which this user alone may open, or opens it if a program has made one of that name. name: UTF-8.
   user: on systems with user numbers the one who may open it in place of this user, if this user may give it away; 0:
   nobody. */
enum port_status port_open(const char *name, uint32_t user, struct platform_port **port);
/* Closes the pipe, which is gone then unless a program made it. What was written can still be read. NULL is allowed. */
void port_close(struct platform_port *port);

/* Returns true if a program is at the other end; it may have come just now. One for which there is no descriptor is
   disconnected. */
bool port_is_connected(struct platform_port *port);
/* Returns true if a program could not be let in just now, for lack of memory: for some milliseconds platform_poll()
   must not wait for this port, which would only find it ready again. */
bool port_rests(const struct platform_port *port);
/* Returns false if no program can come any more: one had made the pipe, and has left. */
bool port_is_alive(const struct platform_port *port);
/* As platform_stream_read() and platform_stream_write(), only while connected. Once a read says PLATFORM_ENDED the next
   program can come. */
ptrdiff_t port_read(struct platform_port *port, void *buffer, size_t size);
ptrdiff_t port_write(struct platform_port *port, const void *buffer, size_t size);
/* Returns what platform_poll() waits for: a program to come, else bytes to read, or room to write. Only while alive. */
platform_stream port_stream(const struct platform_port *port);

#endif
