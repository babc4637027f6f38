/* Role: the files of fixtures/profiles inside the tool, under names that begin with BUILTIN: what rows run with, and
   what is known, on engines of this project. Callers: profile.c, expectations.c. No state. */
#ifndef CONFORMANCE_BUILTIN_H
#define CONFORMANCE_BUILTIN_H

#include <stddef.h>

#define BUILTIN "built-in:"

struct builtin {
    const char *name, *text;
};
/* Ended by a NULL name. */
extern const struct builtin builtins[];

/* Reads a file, or a built-in one; as file_read() of base/files/files.h. */
char *builtin_read(const char *path, size_t limit, size_t *length);

#endif
