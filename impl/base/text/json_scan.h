/* Role: checks that text is JSON by the letter of RFC 8259; cJSON accepts much that the rules refuse.
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
    size_t values; /* number of values in a valid text, at all depths */
};

/* Scans text, which ends with a zero after length bytes. It must be UTF-8 with one value, no \u0000, a depth up to
   JSON_DEPTH, numbers up to JSON_NUMBER characters, and a length up to JSON_BYTES. */
struct json_fault json_scan(const char *text, size_t length);
/* The same of any length: for files that the reader has limited itself. */
struct json_fault json_scan_whole(const char *text, size_t length);

/* For reading text that json_scan() has found valid: skip to the next significant character. */
static inline const char *scan_skip_space(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
        p++;
    return p;
}

/* 1 for each byte that is allowed unescaped in a string. */
extern const unsigned char scan_plain[256];

/* Checks four bytes at a time. The zero at the end of the text is not plain, so nothing behind it is read. */
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
