/* Role: writes JSON directly as text, without a tree. Begin a writer with {.text.limit = N}; failure as in text.h.
   Threads: one at a time for each writer. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include "text.h"
#include <stdint.h>

struct writer {
    struct text text;
    bool comma; /* the next member or element needs one */
};

/* Opens an object or array; with name, as a member of the current object. */
void writer_open(struct writer *writer, const char *name, char bracket);
void writer_close(struct writer *writer, char bracket);
void writer_string(struct writer *writer, const char *name, const char *value);
void writer_integer(struct writer *writer, const char *name, int64_t value);
/* A number given as JSON text. */
void writer_literal(struct writer *writer, const char *name, const char *text);
void writer_boolean(struct writer *writer, const char *name, bool value);
/* The text, owned by the caller, or NULL: out of memory or over the limit. */
char *writer_finish(struct writer *writer);

#endif
