/* Reasons of failures. Entry point: failure_set(). */
#include "failure.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool failure_set(struct failure *failure, int error, const char *path, const char *format, ...)
{
    va_list arguments;
    if (failure->error)
        return false;
    failure->error = error;
    snprintf(failure->path, sizeof failure->path, "%s", path ? path : "");
    errno = error; /* for %m, which is thread-safe, unlike strerror() */
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    return false;
}
