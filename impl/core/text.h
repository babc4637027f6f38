/* Role: UTF-16 in and out, and JSON text that is written directly.
   Documents for clients come from platform_document(), which LocalFree and CoTaskMemFree both take back. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

/* Length in code units, or limit + 1 if there is no zero among the first limit + 1. */
size_t text_length(PCWSTR text, size_t limit);
/* Converts length units; buffer must hold 3 bytes a unit and one. Returns the length in bytes, or -1 at an
   unpaired surrogate. */
ptrdiff_t text_to_utf8(PCWSTR text, size_t length, char *buffer);
/* A UTF-8 copy, from malloc; NULL: it is longer than a document may be, not UTF-16, or there is no memory. */
char *text_copy(PCWSTR text);
/* A zero-terminated copy owned by the caller; NULL without memory. The text must be valid UTF-8. */
PWSTR text_to_utf16(const char *text, size_t length);

/* Text that grows. A failed allocation is remembered and makes text_finish() return NULL. */
struct writer {
    char *text;
    size_t length, capacity;
    bool failed;
    bool comma; /* the next member or element needs one */
};

void writer_raw(struct writer *writer, const char *text);
void writer_format(struct writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An open brace or bracket; with name, as member of the object that is open. */
void writer_open(struct writer *writer, const char *name, char bracket);
void writer_close(struct writer *writer, char bracket);
void writer_string(struct writer *writer, const char *name, const char *value);
void writer_integer(struct writer *writer, const char *name, int64_t value);
/* A number as it stands in JSON. */
void writer_literal(struct writer *writer, const char *name, const char *text);
void writer_boolean(struct writer *writer, const char *name, bool value);
/* The text, owned by the caller, or NULL without memory. */
char *writer_finish(struct writer *writer);

#endif
