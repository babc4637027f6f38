/* Role: loads shared libraries at run time. Callers: the conformance suite, which loads its target. Single thread. */
#ifndef PLATFORM_LIBRARY_H
#define PLATFORM_LIBRARY_H

#include <stddef.h>

/* Loads a library; NULL with a message in error. */
void *library_open(const char *path, char *error, size_t size);
void *library_symbol(void *library, const char *name);
void library_close(void *library);
/* The file name of the library of the API: libcomputecore.so, computecore.dll. */
extern const char library_name[];

#endif
