/* Role: UTF-8 by RFC 3629. No state; any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The first byte that is not UTF-8, or NULL. */
const char *utf8_invalid(const char *text, size_t length);
/* Returns the length of the first character, and its number; 0: the text does not begin with one, or it is cut off. Of
   a text that ends in NUL, length may be more than it has. */
size_t utf8_character(const char *text, size_t length, uint32_t *point);
/* How many bytes of a text, at most `most`, do not end inside a character: for "%.*s", and for a text that was cut. */
int utf8_cut(const char *text, int most);

#endif
