/* UTF-16. Entry points: utf16_to_utf8(), utf16_from_utf8(). */
#include "utf16.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Most text is ASCII: it is converted in blocks that compilers turn into one or two SIMD instructions. */
enum { REPLACEMENT = 0xFFFD, NOTHING = -1, BLOCK = 8 };

/* The units of a block are read in order: none after the terminating zero is read. */
size_t utf16_length(const char16_t *text, size_t limit)
{
    size_t length = 0;
    for (const char16_t *p = text; limit - length >= BLOCK; p += BLOCK, length += BLOCK)
        if (!p[0] || !p[1] || !p[2] || !p[3] || !p[4] || !p[5] || !p[6] || !p[7])
            break;
    while (length <= limit && text[length])
        length++;
    return length;
}

/* false: not all of the block is ASCII, and nothing was written. Local copies tell the compiler that source and
   destination do not overlap. */
static inline bool narrow(const char16_t *text, unsigned char *out)
{
    char16_t units[BLOCK];
    uint64_t halves[2];
    memcpy(units, text, sizeof units);
    memcpy(halves, units, sizeof halves);
    if ((halves[0] | halves[1]) & 0xFF80FF80FF80FF80u)
        return false;
    for (int i = 0; i < BLOCK; i++)
        out[i] = (unsigned char)units[i];
    return true;
}

static inline bool widen(const unsigned char *text, char16_t *out)
{
    unsigned char bytes[BLOCK];
    uint64_t whole;
    memcpy(bytes, text, sizeof bytes);
    memcpy(&whole, bytes, sizeof whole);
    if (whole & 0x8080808080808080u)
        return false;
    for (int i = 0; i < BLOCK; i++)
        out[i] = bytes[i];
    return true;
}

/* unpaired: the replacement for an unpaired surrogate; NOTHING: the conversion fails with -1. */
static inline ptrdiff_t convert(const char16_t *text, size_t length, char *buffer, int unpaired)
{
    unsigned char *out = (unsigned char *)buffer;
    for (size_t i = 0; i < length; i++) {
        uint32_t c = text[i];
        if (c < 0x80 && length - i >= BLOCK && narrow(text + i, out)) {
            out += BLOCK;
            i += BLOCK - 1;
            continue;
        }
        if (c < 0x80) {
            *out++ = (unsigned char)c;
            continue;
        }
        if (c >= 0xD800 && c < 0xE000) {
            uint32_t low = i + 1 < length ? text[i + 1] : 0;
            bool pair = c < 0xDC00 && low >= 0xDC00 && low < 0xE000;
            if (!pair && unpaired == NOTHING)
                return -1;
            c = pair ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00) : (uint32_t)unpaired;
            i += pair;
        }
        if (c < 0x800) {
            *out++ = (unsigned char)(0xC0 | c >> 6);
        } else {
            if (c >= 0x10000) {
                *out++ = (unsigned char)(0xF0 | c >> 18);
                *out++ = (unsigned char)(0x80 | ((c >> 12) & 0x3F));
            } else
                *out++ = (unsigned char)(0xE0 | c >> 12);
            *out++ = (unsigned char)(0x80 | ((c >> 6) & 0x3F));
        }
        *out++ = (unsigned char)(0x80 | (c & 0x3F));
    }
    *out = 0;
    return (ptrdiff_t)(out - (unsigned char *)buffer);
}

ptrdiff_t utf16_to_utf8(const char16_t *text, size_t length, char *buffer)
{
    return convert(text, length, buffer, NOTHING);
}

size_t utf16_from_utf8(const char *text, size_t length, char16_t *buffer)
{
    char16_t *out = buffer;
    const unsigned char *p = (const unsigned char *)text, *end = p + length;
    while (p < end) {
        if (*p < 0x80 && end - p >= BLOCK && widen(p, out)) {
            p += BLOCK;
            out += BLOCK;
            continue;
        }
        uint32_t c = *p++;
        int more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        if (more)
            c &= 0x3Fu >> more;
        for (; more && p < end; more--)
            c = c << 6 | (*p++ & 0x3F);
        if (c >= 0x10000) {
            *out++ = (char16_t)(0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        *out++ = (char16_t)c;
    }
    *out = 0;
    return (size_t)(out - buffer);
}

static char *copy(const char16_t *text, size_t limit, int unpaired)
{
    size_t length = utf16_length(text, limit);
    char *utf8 = length <= limit ? malloc(length * 3 + 1) : NULL;
    if (utf8 && convert(text, length, utf8, unpaired) >= 0)
        return utf8;
    free(utf8);
    return NULL;
}

char *utf8_copy(const char16_t *text, size_t limit)
{
    return copy(text, limit, NOTHING);
}

char *utf8_copy_lossy(const char16_t *text, size_t limit)
{
    return copy(text, limit, REPLACEMENT);
}

char16_t *utf16_copy(const char *text)
{
    size_t length = strlen(text);
    char16_t *wide = malloc((length + 1) * sizeof *wide);
    if (wide)
        utf16_from_utf8(text, length, wide);
    return wide;
}
