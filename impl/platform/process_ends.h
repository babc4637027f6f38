/* Role: the pipes of a process that is being started: this program's ends and those of the process.
   Callers: posix/process.c, windows/process.c. */
#ifndef PLATFORM_PROCESS_ENDS_H
#define PLATFORM_PROCESS_ENDS_H

#include "process.h"

struct ends {
    platform_stream output, requests, answers; /* those of the process */
};

static inline void close_pipes(struct child_pipes *pipes)
{
    platform_stream_close(pipes->output);
    platform_stream_close(pipes->requests);
    platform_stream_close(pipes->answers);
}

static inline void close_ends(struct ends *ends)
{
    platform_client_close(ends->output);
    platform_client_close(ends->requests);
    platform_client_close(ends->answers);
}

#endif
