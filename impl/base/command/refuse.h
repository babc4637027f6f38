/* Role: how a tool says that a file can't be used. Callers: the tools. Threads: any. */
#ifndef BASE_REFUSE_H
#define BASE_REFUSE_H

#include <stdbool.h>

/* Prints one line on standard error: the tool's name (allocate_for()), the file, what is wrong. Returns false. */
bool file_refuse(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
