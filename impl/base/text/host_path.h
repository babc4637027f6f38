/* Role: paths of files of a Windows host, which are compared without regard to case, / and \ alike.
   Callers: the simulator, the check of scenarios. Threads: no state; any thread. */
#ifndef BASE_HOST_PATH_H
#define BASE_HOST_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* A path without the prefix \\?\ and without slashes at its end; a part of a text that is not copied, so that no
   comparison can run out of memory. */
struct host_path {
    const char *text;
    size_t length;
};

bool host_path_is_slash(char c);
/* text: NULL stands for the empty one. */
struct host_path host_path_of(const char *text);

#endif
