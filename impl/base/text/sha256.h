/* Role: SHA-256 (FIPS 180-4), for checksums of files. Callers: any. Threads: each state one at a time. Owns nothing. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64, SHA256_TEXT = 65 };

struct sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    unsigned char block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t length);
/* Writes the sum in lower-case hexadecimal. The state can't be used afterwards. */
void sha256_end(struct sha256 *sha, char text[SHA256_TEXT]);

#endif
