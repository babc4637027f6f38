/* Texts of others for people. Entry point: shown(). */
#include "shown.h"
#include "utf8.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 8, ESCAPED = 8, LONGEST = 4 };

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
    const char *p = *text;
    size_t length = utf8_character(p, LONGEST, &point);
    *text += length ? length : 1;
    if (!length)
        return (size_t)snprintf(out, ESCAPED, "\\x%02x", (unsigned)(unsigned char)*p);
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
