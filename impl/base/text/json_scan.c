/* A scanner for strict JSON. Entry point: json_scan(). */
#include "json_scan.h"
#include "utf8.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const unsigned char scan_plain[256] = {[' ' ... '"' - 1] = 1, ['"' + 1 ... '\\' - 1] = 1, ['\\' + 1 ... 0xFF] = 1};

const char *scan_skip_string(const char *p)
{
    for (p++; *p != '"'; p++) {
        p = scan_skip_plain(p);
        if (*p == '"')
            break;
        if (*p == '\\')
            p++;
    }
    return p + 1;
}

bool scan_is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static const char *fault(struct json_fault *found, enum json_mistake mistake, const char *place, const char *what)
{
    if (!found->place)
        *found = (struct json_fault){mistake, place, what, 0};
    return NULL;
}

/* Returns the message for text that other readers allow in JSON, or NULL. */
static const char *foreign(const char *place)
{
    if (place[0] == '/' && (place[1] == '/' || place[1] == '*'))
        return "comments are not allowed";
    return *place == '\'' ? "strings need double quotes" : NULL;
}

static const char *malformed(struct json_fault *found, const char *place, const char *what)
{
    const char *named = foreign(place);
    if (named)
        what = named;
    return fault(found, JSON_MALFORMED, place, what);
}

static const char *scan_escape(struct json_fault *found, const char *p)
{
    static const char plain_escapes[128] = {
        ['"'] = 1, ['\\'] = 1, ['/'] = 1, ['b'] = 1, ['f'] = 1, ['n'] = 1, ['r'] = 1, ['t'] = 1};
    if (*p > 0 && plain_escapes[(int)*p])
        return p + 1;
    if (*p != 'u' || !scan_is_hex(p[1]) || !scan_is_hex(p[2]) || !scan_is_hex(p[3]) || !scan_is_hex(p[4]))
        return malformed(found, p - 1, "invalid escape sequence");
    if (!strncmp(p, "u0000", 5))
        return fault(found, JSON_EMBEDDED_NUL, p - 1, "\\u0000 is not allowed");
    unsigned unit = (unsigned)strtoul((char[]){p[1], p[2], p[3], p[4], 0}, NULL, 16);
    if (unit >= 0xDC00 && unit < 0xE000)
        return fault(found, JSON_BAD_ENCODING, p - 1, "unpaired surrogate");
    if (unit >= 0xD800 && unit < 0xDC00) {
        bool low = p[5] == '\\' && p[6] == 'u' && (p[7] | 32) == 'd' && p[8] && strchr("cdefCDEF", p[8]) &&
                   scan_is_hex(p[9]) && scan_is_hex(p[10]);
        return low ? p + 11 : fault(found, JSON_BAD_ENCODING, p - 1, "unpaired surrogate");
    }
    return p + 5;
}

static const char *scan_string(struct json_fault *found, const char *p)
{
    for (p++; p && *p != '"';) {
        p = scan_skip_plain(p);
        if (*p == '\\')
            p = scan_escape(found, p + 1);
        else if (*p != '"')
            return malformed(
                found, p, *p && *p != '\n' && *p != '\r' ? "control character in a string" : "unterminated string");
    }
    return p ? p + 1 : NULL;
}

static const char *scan_digits(const char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

static const char *scan_number(struct json_fault *found, const char *p)
{
    const char *start = p, *digits;
    p += *p == '-';
    if (*p == '0')
        p++;
    else if (*p >= '1' && *p <= '9')
        p = scan_digits(p);
    else
        return malformed(found, start, "expected a value");
    if (*p == '.') {
        digits = p + 1;
        p = scan_digits(digits);
        if (p == digits)
            return malformed(found, start, "bad number");
    }
    if (*p == 'e' || *p == 'E') {
        digits = p + (p[1] == '+' || p[1] == '-' ? 2 : 1);
        p = scan_digits(digits);
        if (p == digits)
            return malformed(found, start, "bad number");
    }
    if (p - start > JSON_NUMBER)
        return fault(found, JSON_LONG_NUMBER, start, "number of more than 63 characters");
    return p;
}

static const char *scan_value(struct json_fault *found, const char *p, int depth);

static const char *scan_name(struct json_fault *found, const char *p)
{
    if (*p != '"')
        return malformed(found, p, "expected a member name");
    p = scan_string(found, p);
    if (!p)
        return NULL;
    p = scan_skip_space(p);
    return *p == ':' ? p + 1 : malformed(found, p, "expected ':'");
}

/* Scans an array or object, from its opening bracket on. */
static const char *scan_nested(struct json_fault *found, const char *p, int depth)
{
    bool object = *p == '{';
    char end = object ? '}' : ']';
    if (depth >= JSON_DEPTH)
        return fault(found, JSON_TOO_DEEP, p, "nested too deep");
    p = scan_skip_space(p + 1);
    if (*p == end)
        return p + 1;
    for (;;) {
        if (object && !(p = scan_name(found, p)))
            return NULL;
        p = scan_value(found, p, depth + 1);
        if (!p)
            return NULL;
        if (*p == end)
            return p + 1;
        if (*p != ',')
            return malformed(found, p, object ? "expected ',' or '}'" : "expected ',' or ']'");
        const char *comma = p;
        p = scan_skip_space(p + 1);
        if (*p == end)
            return malformed(found, comma, object ? "trailing comma before '}'" : "trailing comma before ']'");
    }
}

/* Scans true, false or null; rest: the word without its first letter. */
static const char *scan_word(struct json_fault *found, const char *p, const char *rest)
{
    const char *q = p + 1;
    while (*rest && *q == *rest) {
        q++;
        rest++;
    }
    return *rest ? malformed(found, p, "expected a value") : q;
}

static const char *scan_value(struct json_fault *found, const char *p, int depth)
{
    p = scan_skip_space(p);
    found->values++;
    switch (*p) {
    case '"':
        p = scan_string(found, p);
        break;
    case '{':
    case '[':
        p = scan_nested(found, p, depth);
        break;
    case 't':
        p = scan_word(found, p, "rue");
        break;
    case 'f':
        p = scan_word(found, p, "alse");
        break;
    case 'n':
        p = scan_word(found, p, "ull");
        break;
    default:
        p = scan_number(found, p);
    }
    return p ? scan_skip_space(p) : NULL;
}

struct json_fault json_scan(const char *text, size_t length)
{
    return length > JSON_BYTES ? (struct json_fault){JSON_TOO_LARGE, text, "the document is larger than 16 MiB", 0}
                               : json_scan_whole(text, length);
}

struct json_fault json_scan_whole(const char *text, size_t length)
{
    struct json_fault found = {JSON_MALFORMED, NULL, NULL, 0};
    if (!strncmp(text, "\xEF\xBB\xBF", 3)) {
        fault(&found, JSON_BYTE_ORDER_MARK, text, "a byte-order mark is not allowed");
        return found;
    }
    const char *bad = utf8_invalid(text, length);
    if (bad) {
        fault(&found, JSON_BAD_ENCODING, bad, "the text is not UTF-8 here");
        return found;
    }
    const char *end = scan_value(&found, text, 0), *stop = found.place ? found.place : end;
    if (stop != text + length && *stop == 0) {
        found.place = NULL;
        fault(&found, JSON_EMBEDDED_NUL, stop, "a zero byte is not allowed");
    } else if (end && end != text + length)
        fault(&found, JSON_TRAILING_TEXT, end, foreign(end) ? foreign(end) : "text after the document");
    return found;
}
