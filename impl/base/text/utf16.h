/* Role: UTF-16 from and to UTF-8. No state; any thread. Lengths are in code units or bytes, without the zero. */
#ifndef BASE_UTF16_H
#define BASE_UTF16_H

#include <stddef.h>
#include <uchar.h>

/* Length in code units, or limit + 1 if there is no zero among the first limit + 1. */
size_t utf16_length(const char16_t *text, size_t limit);
/* Converts length units; buffer has 3 bytes per unit plus one. Returns the length in bytes, or -1 at an unpaired
   surrogate. */
ptrdiff_t utf16_to_utf8(const char16_t *text, size_t length, char *buffer);
/* Converts length bytes of valid UTF-8; buffer holds length + 1 units. Returns the length in units. */
size_t utf16_from_utf8(const char *text, size_t length, char16_t *buffer);
/* A UTF-8 copy of at most limit units, from malloc; NULL: longer, invalid UTF-16, or out of memory. */
char *utf8_copy(const char16_t *text, size_t limit);
/* The same with U+FFFD for each unpaired surrogate. NULL: longer, or out of memory. */
char *utf8_copy_lossy(const char16_t *text, size_t limit);
/* A UTF-16 copy of valid UTF-8, from malloc; NULL without memory. */
char16_t *utf16_copy(const char *text);

#endif
