/* UTF-16 conversion and the JSON writer. Entry points: text_to_utf8(), text_to_utf16(), writer_finish(). */
#include "text.h"
#include "document/document.h"
#include "platform/platform.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t text_length(PCWSTR text, size_t limit)
{
    size_t length = 0;
    while (length <= limit && text[length])
        length++;
    return length;
}

ptrdiff_t text_to_utf8(PCWSTR text, size_t length, char *buffer)
{
    unsigned char *out = (unsigned char *)buffer;
    for (size_t i = 0; i < length; i++) {
        uint32_t c = (uint16_t)text[i];
        if (c < 0x80) {
            *out++ = (unsigned char)c;
            continue;
        }
        if (c >= 0xD800 && c < 0xE000) {
            uint32_t low = i + 1 < length ? (uint16_t)text[i + 1] : 0;
            if (c >= 0xDC00 || low < 0xDC00 || low >= 0xE000)
                return -1;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            i++;
            *out++ = (unsigned char)(0xF0 | c >> 18);
            *out++ = (unsigned char)(0x80 | ((c >> 12) & 0x3F));
        } else if (c >= 0x800) {
            *out++ = (unsigned char)(0xE0 | c >> 12);
        } else {
            *out++ = (unsigned char)(0xC0 | c >> 6);
            *out++ = (unsigned char)(0x80 | (c & 0x3F));
            continue;
        }
        *out++ = (unsigned char)(0x80 | ((c >> 6) & 0x3F));
        *out++ = (unsigned char)(0x80 | (c & 0x3F));
    }
    *out = 0;
    return (ptrdiff_t)(out - (unsigned char *)buffer);
}

char *text_copy(PCWSTR text)
{
    size_t length = text_length(text, DOCUMENT_BYTES);
    char *copy = length <= DOCUMENT_BYTES ? malloc(length * 3 + 1) : NULL;
    if (copy && text_to_utf8(text, length, copy) >= 0)
        return copy;
    free(copy);
    return NULL;
}

PWSTR text_to_utf16(const char *text, size_t length)
{
    PWSTR copy = platform_document((length + 1) * sizeof *copy);
    if (!copy)
        return NULL;
    PWSTR out = copy;
    const unsigned char *p = (const unsigned char *)text, *end = p + length;
    while (p < end) {
        uint32_t c = *p++;
        int more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        if (more)
            c &= 0x3Fu >> more;
        for (; more && p < end; more--)
            c = c << 6 | (*p++ & 0x3F);
        if (c >= 0x10000) {
            *out++ = (WCHAR)(0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        *out++ = (WCHAR)c;
    }
    *out = 0;
    return copy;
}

static bool reserve(struct writer *writer, size_t more)
{
    if (writer->failed)
        return false;
    if (writer->length + more + 1 <= writer->capacity)
        return true;
    size_t capacity = writer->capacity ? writer->capacity * 2 : 256;
    while (capacity < writer->length + more + 1)
        capacity *= 2;
    char *text = realloc(writer->text, capacity);
    if (!text) {
        writer->failed = true;
        return false;
    }
    writer->text = text;
    writer->capacity = capacity;
    return true;
}

static void put(struct writer *writer, const char *text, size_t length)
{
    if (!reserve(writer, length))
        return;
    memcpy(writer->text + writer->length, text, length);
    writer->length += length;
    writer->text[writer->length] = 0;
}

void writer_raw(struct writer *writer, const char *text)
{
    put(writer, text, strlen(text));
}

void writer_format(struct writer *writer, const char *format, ...)
{
    char piece[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    writer_raw(writer, piece);
}

/* Control characters that a message or a command line may hold are escaped; the rest is UTF-8 as it is. */
static void quoted(struct writer *writer, const char *text)
{
    put(writer, "\"", 1);
    while (*text) {
        const char *plain = text;
        while ((unsigned char)*text >= 32 && *text != '"' && *text != '\\')
            text++;
        put(writer, plain, (size_t)(text - plain));
        if (*text && (unsigned char)*text < 32)
            writer_format(writer, "\\u%04x", (unsigned char)*text++);
        else if (*text)
            writer_format(writer, "\\%c", *text++);
    }
    put(writer, "\"", 1);
}

static void begin(struct writer *writer, const char *name)
{
    if (writer->comma)
        writer_raw(writer, ",");
    writer->comma = true;
    if (name) {
        quoted(writer, name);
        writer_raw(writer, ":");
    }
}

void writer_open(struct writer *writer, const char *name, char bracket)
{
    begin(writer, name);
    writer_raw(writer, bracket == '{' ? "{" : "[");
    writer->comma = false;
}

void writer_close(struct writer *writer, char bracket)
{
    writer_raw(writer, bracket == '}' ? "}" : "]");
    writer->comma = true;
}

void writer_string(struct writer *writer, const char *name, const char *value)
{
    begin(writer, name);
    quoted(writer, value);
}

void writer_integer(struct writer *writer, const char *name, int64_t value)
{
    begin(writer, name);
    writer_format(writer, "%" PRId64, value);
}

void writer_literal(struct writer *writer, const char *name, const char *text)
{
    begin(writer, name);
    writer_raw(writer, text);
}

void writer_boolean(struct writer *writer, const char *name, bool value)
{
    begin(writer, name);
    writer_raw(writer, value ? "true" : "false");
}

char *writer_finish(struct writer *writer)
{
    if (reserve(writer, 0) && writer->length == 0)
        writer->text[0] = 0;
    if (!writer->failed)
        return writer->text;
    free(writer->text);
    return NULL;
}
