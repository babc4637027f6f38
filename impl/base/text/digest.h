/* Role: 64-bit FNV-1a, to tell texts and files apart. No state. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_START ((uint64_t)14695981039346656037u)

static inline uint64_t digest_byte(uint64_t digest, unsigned char byte)
{
    return (digest ^ byte) * 1099511628211u;
}

static inline uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t length)
{
    for (const unsigned char *p = bytes, *end = p + length; p < end; p++)
        digest = digest_byte(digest, *p);
    return digest;
}

static inline uint64_t digest_text(const char *text)
{
    uint64_t digest = DIGEST_START;
    for (; *text; text++)
        digest = digest_byte(digest, (unsigned char)*text);
    return digest;
}

#endif
