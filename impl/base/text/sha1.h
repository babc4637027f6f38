/* Role: SHA-1 (FIPS 180-4), for GUIDs that are made of names (RFC 9562, version 5); it protects nothing. Callers:
   identity.c. Threads: no state; any thread. Owns nothing. */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SHA1_BYTES = 20 };

void sha1(const void *bytes, size_t length, unsigned char sum[SHA1_BYTES]);

#endif
