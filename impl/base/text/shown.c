/* Texts of others for people. Entry point: shown(). */
#include "shown.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 8, ESCAPED = 8 };

/* Returns the length of the character at p, and its number; 0: it is no UTF-8. */
static size_t character(const unsigned char *p, uint32_t *point)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    size_t more = *p < 0x80                 ? 0
                  : *p >= 0xC2 && *p < 0xE0 ? 1
                  : (*p & 0xF0) == 0xE0     ? 2
                  : *p >= 0xF0 && *p < 0xF5 ? 3
                                            : 4;
    if (more == 4)
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

static bool is_plain(uint32_t point)
{
    static const uint32_t hidden[][2] = {{0, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x61C, 0x61C}, {0x180E, 0x180E},
        {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (point >= hidden[i][0] && point <= hidden[i][1])
            return false;
    return true;
}

/* Takes what is to be written for the next character. Returns its length. */
static size_t take(const char **text, bool lines, char out[ESCAPED])
{
    uint32_t point;
    const unsigned char *p = (const unsigned char *)*text;
    size_t length = character(p, &point);
    *text += length ? length : 1;
    if (!length)
        return (size_t)snprintf(out, ESCAPED, "\\x%02x", (unsigned)*p);
    if (!is_plain(point) && !(lines && (point == '\n' || point == '\t')))
        return (size_t)snprintf(out, ESCAPED, "\\u%04x", (unsigned)point);
    memcpy(out, p, length);
    return length;
}

void shown_put(FILE *file, const char *text)
{
    while (*text) {
        char out[ESCAPED] = "";
        size_t length = take(&text, false, out);
        fwrite(out, 1, length, file);
    }
}

static bool is_clean(const char *text, bool lines)
{
    char out[ESCAPED];
    while (*text) {
        const char *start = text;
        size_t length = take(&text, lines, out);
        if (length != (size_t)(text - start))
            return false;
    }
    return true;
}

static const char *show(const char *text, bool lines)
{
    static char *kept[KEPT];
    static unsigned next;
    if (!text || is_clean(text, lines))
        return text ? text : "";
    char *out = malloc(strlen(text) * (ESCAPED - 1) + 1);
    size_t length = 0;
    if (!out)
        return "(out of memory)";
    while (*text) {
        char one[ESCAPED];
        size_t more = take(&text, lines, one);
        memcpy(out + length, one, more);
        length += more;
    }
    out[length] = 0;
    free(kept[next]);
    kept[next] = out;
    next = (next + 1) % KEPT;
    return out;
}

const char *shown(const char *text)
{
    return show(text, false);
}

const char *shown_lines(const char *text)
{
    return show(text, true);
}
