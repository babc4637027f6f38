/* UTF-8. Entry points: utf8_invalid(), utf8_character(), utf8_cut(). */
#include "utf8.h"
#include <stdbool.h>
#include <string.h>

/* Eight bytes at a time. */
static const unsigned char *skip_ascii(const unsigned char *p, const unsigned char *end)
{
    uint64_t eight;
    while (end - p >= (ptrdiff_t)sizeof eight) {
        memcpy(&eight, p, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
        p += sizeof eight;
    }
    while (p < end && *p < 0x80)
        p++;
    return p;
}

size_t utf8_character(const char *text, size_t length, uint32_t *point)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text;
    size_t more = *p >= 0xC2 && *p < 0xE0 ? 1 : (*p & 0xF0) == 0xE0 ? 2 : *p >= 0xF0 && *p < 0xF5 ? 3 : 0;
    if ((!more && *p >= 0x80) || length <= more)
        return 0;
    *point = more ? *p & (0x3Fu >> more) : *p;
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (p[i] & 0x3Fu);
    }
    bool surrogate = *point >= 0xD800 && *point < 0xE000;
    return *point < least[more] || surrogate || *point > 0x10FFFF ? 0 : more + 1;
}

const char *utf8_invalid(const char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + length;
    uint32_t point;
    while ((p = skip_ascii(p, end)) < end) {
        size_t size = utf8_character((const char *)p, (size_t)(end - p), &point);
        if (!size)
            return (const char *)p;
        p += size;
    }
    return NULL;
}

int utf8_cut(const char *text, int most)
{
    const unsigned char *p = (const unsigned char *)text;
    int length = 0, start;
    while (length < most && p[length])
        length++;
    for (start = length; start && length - start < 3 && (p[start - 1] & 0xC0) == 0x80;)
        start--;
    if (!start || p[start - 1] < 0xC0)
        return length;
    int more = p[start - 1] < 0xE0 ? 1 : p[start - 1] < 0xF0 ? 2 : 3;
    return length - start < more ? start - 1 : length;
}
