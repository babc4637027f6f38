/* Role: the reason of a failure: errno, the path in the document, and a message. Callers: impl/lxc. No state. */
#ifndef LXC_FAILURE_H
#define LXC_FAILURE_H

#include <stdbool.h>

struct failure {
    int error;         /* errno; 0: no failure */
    char path[128];    /* in the document, such as $.Container.Storage.Layers[0].Path; empty: none */
    char message[512]; /* one line without a full stop */
};

/* Sets the failure, unless it is set already: the first failure is the cause. %m in format is error. Returns false. */
bool failure_set(struct failure *failure, int error, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
