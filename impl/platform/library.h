/* Role: loads shared libraries at run time, and lets programs load one in place of another. Callers: the conformance
   suite, which loads its target; hcs-sim record, and its recorder. One thread at a time. */
#ifndef PLATFORM_LIBRARY_H
#define PLATFORM_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* Loads a library; NULL with a message in error. */
void *library_open(const char *path, char *error, size_t size);
void *library_symbol(void *library, const char *name);
void library_close(void *library);
/* The file name of the library of the API: libcomputecore.so, computecore.dll. */
extern const char library_name[];
/* The full path of a loaded library. false: it is not known, or longer. */
bool library_path(void *library, char *path, size_t size);
/* The same of the loaded library that has this function or variable. */
bool library_path_of(const void *address, char *path, size_t size);
/* Keeps that library loaded until the program ends, however often it is closed. */
void library_pin(const void *address);
/* Lets a program that is started from now on load the library of the API from this folder before any other. On Windows,
   where the program's own folder comes first, a copy is put there; library_put_back() removes it. Returns false after
   a message in error. */
bool library_put_first(const char *folder, const char *program, char *error, size_t size);
/* NULL, or the path of a copy that can't be removed. */
const char *library_put_back(void);

#endif
