/* Role: suppresses the signals that a write may raise in the client's thread: SIGPIPE if the reader has gone, SIGXFSZ
   at the file size limit.
   Callers: impl/platform.
   Threads: any; affects the calling thread only. */
#ifndef PLATFORM_POSIX_QUIET_H
#define PLATFORM_POSIX_QUIET_H

#include <signal.h>
#include <stdbool.h>

struct quiet {
    sigset_t ours, old; /* without signals pending before, which belong to the client */
};

/* Blocks the signals in this thread. */
void quiet_begin(struct quiet *quiet);
/* failed: the write has failed, so a signal may be pending, which is discarded. errno may change. */
void quiet_end(struct quiet *quiet, bool failed);

#endif
