/* Text that grows up to a limit. Entry points: text_put(), text_printf(), text_finish(). */
#include "text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BYTES = 256 };

/* Makes later text_put() calls fail: they find no room, and text_reserve() refuses. */
static bool fail(struct text *text)
{
    text->failed = true;
    text->capacity = text->length;
    return false;
}

/* The capacity never exceeds the limit plus the terminating zero, so that a fit in the capacity is within the limit. */
bool text_reserve(struct text *text, size_t more)
{
    if (text->failed)
        return false;
    if (more > text->limit - text->length) {
        errno = EFBIG; /* realloc() says ENOMEM */
        return fail(text);
    }
    if (more < text->capacity - text->length)
        return true;
    size_t capacity = text->capacity ? text->capacity * 2 : FIRST_BYTES;
    while (capacity - text->length <= more)
        capacity *= 2;
    if (capacity > text->limit)
        capacity = text->limit + 1;
    char *bytes = realloc(text->bytes, capacity);
    if (!bytes)
        return fail(text);
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

/* Prints into the free space; if that is too small, reserves the needed size and prints again. */
void text_vprintf(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    size_t room = text->capacity - text->length;
    int length = vsnprintf(room ? text->bytes + text->length : NULL, room, format, arguments);
    if (length < 0)
        fail(text);
    else if ((size_t)length < room)
        text->length += (size_t)length;
    else if (text_reserve(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(text, format, arguments);
    va_end(arguments);
}

char *text_finish(struct text *text)
{
    text_put(text, "", 0);
    char *bytes = text->failed ? NULL : text->bytes;
    if (text->failed)
        free(text->bytes);
    *text = (struct text){.limit = text->limit};
    return bytes;
}

void text_discard(struct text *text)
{
    free(text->bytes);
    *text = (struct text){.limit = text->limit};
}

char *text_duplicate(const char *bytes, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy) {
        memcpy(copy, bytes, length);
        copy[length] = 0;
    }
    return copy;
}
