/* Role: writing without the signals that it may raise in the client's thread: a reader that went away (SIGPIPE), a file
   that may not grow (SIGXFSZ). Callers: impl/platform. Threads: each its own. */
#ifndef PLATFORM_POSIX_QUIET_H
#define PLATFORM_POSIX_QUIET_H

#include <signal.h>
#include <stdbool.h>

struct quiet {
    sigset_t ours, old; /* without those that were pending before: they are the client's */
};

/* Blocks them in this thread. */
void quiet_begin(struct quiet *quiet);
/* failed: the write has failed, so that one may have been raised; it is taken away. errno may change. */
void quiet_end(struct quiet *quiet, bool failed);

#endif
