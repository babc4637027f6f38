/* Role: whole files.
   Callers: the tools. Single thread. */
#ifndef PLATFORM_CHILD_H
#define PLATFORM_CHILD_H

#include <stdbool.h>
#include <stdio.h>

/* Puts one file in the place of another, which may be there already. */
bool program_replace_file(const char *from, const char *to);
/* Reads up to the end, or until more than most bytes have come; a zero follows them. NULL: it can't be read, or there
   is no memory. The caller frees. */
char *program_read_stream(FILE *file, size_t most, size_t *length);
/* Reads a file of at most that many bytes; NULL: it can't be read, or is larger. */
char *program_read_file(const char *path, size_t most, size_t *length);
/* Writes a text to a file, whole or not at all. false: it can't be written; what was there is still there. */
bool program_write_file(const char *path, const char *text);
#endif
