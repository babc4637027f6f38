/* Role: whole files, as tools read and write them. Threads: no state; any thread. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Reads up to the end, or until more than limit bytes have come; a zero follows them. NULL: it can't be read, or there
   is no memory. The caller frees. */
char *file_read_stream(FILE *file, size_t limit, size_t *length);
/* Reads a file of at most limit bytes; NULL: it can't be read, or is larger. */
char *file_read(const char *path, size_t limit, size_t *length);
/* Writes a text to a file, whole or not at all. false: it can't be written; what was there is still there. */
bool file_write(const char *path, const char *text);

#endif
