/* Role: checks strict RFC 8259; cJSON accepts much that the rules refuse.
   Callers: the check of documents, and readers of JSON written by people. Threads: no state. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { JSON_DEPTH = 100, JSON_BYTES = 16 << 20, JSON_NUMBER = 63 };

enum json_mistake {
    JSON_MALFORMED,
    JSON_BYTE_ORDER_MARK,
    JSON_TRAILING_TEXT,
    JSON_EMBEDDED_NUL,
    JSON_BAD_ENCODING,
    JSON_TOO_DEEP,
    JSON_TOO_LARGE,
    JSON_LONG_NUMBER,
};

struct json_fault {
    enum json_mistake mistake;
    const char *place; /* NULL: the text is valid */
    const char *what;
    size_t values; /* in a valid text: of objects and arrays and within them */
};

/* Scans text, which ends with a zero after length bytes: one value, no \u0000, UTF-8, depth up to JSON_DEPTH,
   numbers up to JSON_NUMBER characters, length up to JSON_BYTES. */
struct json_fault json_scan(const char *text, size_t length);

/* Steps of a walk through text that json_scan() found valid. */
static inline const char *scan_skip_space(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
        p++;
    return p;
}

/* Bytes allowed unescaped in a string. */
extern const unsigned char scan_plain[256];

/* Four at a time: the zero at the end of the text is not plain, so nothing behind it is read. */
static inline const char *scan_skip_plain(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (scan_plain[p[0]]) {
        if (!scan_plain[p[1]])
            return (const char *)p + 1;
        if (!scan_plain[p[2]])
            return (const char *)p + 2;
        if (!scan_plain[p[3]])
            return (const char *)p + 3;
        p += 4;
    }
    return (const char *)p;
}

const char *scan_skip_string(const char *p);
bool scan_is_hex(char c);

#endif
