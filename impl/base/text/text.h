/* Role: text that grows up to a limit, which each user sets. If an addition exceeds the limit or memory runs out, the
   text stays as it was, later additions are ignored, and text_finish() returns NULL.
   Callers: all writers of JSON, XML, tables or source text.
   Threads: one at a time for each text.
   Ownership: a text owns its bytes until text_finish() hands them over or text_discard() frees them. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Initialise with {.limit = N}; with a limit of 0 every addition fails. */
struct text {
    char *bytes; /* zero-terminated once something was added */
    size_t length, capacity;
    size_t limit; /* bytes, without the zero */
    bool failed;
};

/* Makes room for `more` bytes and a zero; false, with text->failed set, at the limit or without memory. */
bool text_reserve(struct text *text, size_t more);

/* Adds bytes as they are. */
static inline void text_put(struct text *text, const char *bytes, size_t length)
{
    if (length >= text->capacity - text->length && !text_reserve(text, length))
        return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

static inline void text_puts(struct text *text, const char *string)
{
    text_put(text, string, strlen(string));
}

static inline void text_putc(struct text *text, char c)
{
    text_put(text, &c, 1);
}

/* Adds what printf would print, of any length. */
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list arguments);
/* The bytes with a terminating zero, from malloc; NULL if an addition failed. The text is empty afterwards. */
char *text_finish(struct text *text);
/* Frees the bytes. */
void text_discard(struct text *text);
/* Returns a copy of so many bytes, with a zero behind them, which the caller frees; NULL: there is no memory. */
char *text_duplicate(const char *bytes, size_t length);

#endif
