/* Role: why something could not be done to a container: the error of the system, the place in the document, words for
   people. Callers: impl/lxc. No state. */
#ifndef LXC_FAILURE_H
#define LXC_FAILURE_H

#include <stdbool.h>

struct failure {
    int error;         /* of errno; 0: none has happened */
    char path[128];    /* of the document, such as $.Container.Storage.Layers[0].Path; empty: no place in it */
    char message[512]; /* one line without a full stop */
};

/* Fills it in, unless something was there before: the first failure is the cause. %m is the error. Returns false. */
bool failure_set(struct failure *failure, int error, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
