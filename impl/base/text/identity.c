/* Ids without regard to case. Entry points: identity_same(), identity_take(), identity_of_name(). */
#include "identity.h"
#include "sha1.h"
#include "utf16.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lower-case letters and their distance to the upper-case ones; of paired letters only every other one is lower-case.
 */
static const struct {
    uint16_t first, last;
    int16_t distance;
    bool paired;
} letters[] = {{'a', 'z', 32, false}, {0xE0, 0xF6, 32, false}, {0xF8, 0xFE, 32, false}, {0xFF, 0xFF, -121, false},
    {0x101, 0x12F, 1, true}, {0x133, 0x137, 1, true}, {0x13A, 0x148, 1, true}, {0x14B, 0x177, 1, true},
    {0x17A, 0x17E, 1, true}, {0x3AC, 0x3AC, 38, false}, {0x3AD, 0x3AF, 37, false}, {0x3B1, 0x3C1, 32, false},
    {0x3C2, 0x3C2, 31, false}, {0x3C3, 0x3CB, 32, false}, {0x3CC, 0x3CC, 64, false}, {0x3CD, 0x3CE, 63, false},
    {0x430, 0x44F, 32, false}, {0x450, 0x45F, 80, false}, {0x461, 0x481, 1, true}, {0x48B, 0x4BF, 1, true}};

static uint32_t upper(uint32_t letter)
{
    if (letter < 'a')
        return letter;
    for (size_t i = 0; i < sizeof letters / sizeof *letters && letter >= letters[i].first; i++)
        if (letter <= letters[i].last)
            return letters[i].paired && (letter - letters[i].first) % 2
                       ? letter
                       : (uint32_t)((int32_t)letter - letters[i].distance);
    return letter;
}

/* Takes a character of a text that has one; bytes that are no UTF-8 stand for themselves. */
static uint32_t take(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    unsigned more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
    uint32_t letter = more ? *p & (0x3Fu >> more) : *p;
    for (unsigned i = 1; i <= more; i++)
        if ((p[i] & 0xC0) == 0x80)
            letter = letter << 6 | (p[i] & 0x3F);
        else {
            more = 0;
            letter = *p;
        }
    *text += 1 + more;
    return letter;
}

uint32_t identity_take(const char **text)
{
    return upper(take(text));
}

bool identity_same(const char *a, const char *b)
{
    while (*a && *b)
        if (identity_take(&a) != identity_take(&b))
            return false;
    return !*a && !*b;
}

uint32_t identity_hash(const char *id)
{
    uint32_t hash = 2166136261u;
    while (*id)
        hash = (hash ^ identity_take(&id)) * 16777619u;
    return hash;
}

bool identity_fits(const char *pattern, const char *id)
{
    const char *star = NULL, *from = id;
    while (*id) {
        const char *next_pattern = pattern, *next = id;
        uint32_t wanted = *pattern ? take(&next_pattern) : 0, letter = take(&next);
        if (wanted == '*') {
            star = pattern = next_pattern;
            from = id;
        } else if (wanted == '?' || (wanted && upper(wanted) == upper(letter))) {
            pattern = next_pattern;
            id = next;
        } else if (star) {
            (void)take(&from); /* the star takes one character more */
            pattern = star;
            id = from;
        } else
            return false;
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool identity_is_guid(const char *text)
{
    for (int i = 0; i < GUID_TEXT - 1; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !is_hex(text[i]))
            return false;
    return !text[GUID_TEXT - 1];
}

void identity_lower(const char *guid, char text[GUID_TEXT])
{
    for (int i = 0; i < GUID_TEXT; i++)
        text[i] = guid[i] >= 'A' && guid[i] <= 'F' ? (char)(guid[i] + 32) : guid[i];
}

static void write_guid(const unsigned char *bytes, char text[GUID_TEXT])
{
    for (int i = 0; i < GUID_BYTES; i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        text += snprintf(text, 4, dash ? "-%02x" : "%02x", bytes[i]);
    }
}

bool identity_of_name(const unsigned char space[GUID_BYTES], const char *id, char text[GUID_TEXT])
{
    size_t length = strlen(id);
    char16_t *units = malloc((length + 1) * sizeof *units);
    unsigned char sum[SHA1_BYTES], *bytes = malloc(GUID_BYTES + length * sizeof *units);
    bool made = units && bytes;
    if (made) {
        size_t count = utf16_from_utf8(id, length, units);
        memcpy(bytes, space, GUID_BYTES);
        for (size_t i = 0; i < count; i++) {
            uint32_t unit = upper(units[i]);
            bytes[GUID_BYTES + 2 * i] = (unsigned char)unit;
            bytes[GUID_BYTES + 2 * i + 1] = (unsigned char)(unit >> 8);
        }
        sha1(bytes, GUID_BYTES + 2 * count, sum);
        sum[6] = (unsigned char)(0x50 | (sum[6] & 0x0F));
        sum[8] = (unsigned char)(0x80 | (sum[8] & 0x3F));
        write_guid(sum, text);
    }
    free(units);
    free(bytes);
    return made;
}
