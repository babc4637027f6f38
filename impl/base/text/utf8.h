/* Role: UTF-8 by RFC 3629. No state; any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* The first byte that is not UTF-8, or NULL. */
const char *utf8_invalid(const char *text, size_t length);
/* How many bytes of a text, at most `most`, do not end inside a character: for "%.*s", and for a text that was cut. */
int utf8_cut(const char *text, int most);

#endif
