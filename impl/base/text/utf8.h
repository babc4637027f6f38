/* Role: UTF-8 by RFC 3629. No state; any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* The first byte that is not UTF-8, or NULL. */
const char *utf8_invalid(const char *text, size_t length);

#endif
