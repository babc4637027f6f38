/* Writes JSON directly as text. Entry points: writer_open(), writer_finish(). */
#include "json_writer.h"
#include "escape.h"

enum { DIGITS = 20 };

static void begin(struct writer *writer, const char *name)
{
    if (writer->comma)
        text_putc(&writer->text, ',');
    writer->comma = true;
    if (name) {
        text_put_json(&writer->text, name);
        text_putc(&writer->text, ':');
    }
}

void writer_open(struct writer *writer, const char *name, char bracket)
{
    begin(writer, name);
    text_putc(&writer->text, bracket);
    writer->comma = false;
}

void writer_close(struct writer *writer, char bracket)
{
    text_putc(&writer->text, bracket);
    writer->comma = true;
}

void writer_string(struct writer *writer, const char *name, const char *value)
{
    begin(writer, name);
    text_put_json(&writer->text, value);
}

void writer_integer(struct writer *writer, const char *name, int64_t value)
{
    char digits[DIGITS], *end = digits + DIGITS, *first = end;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--first = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--first = '-';
    begin(writer, name);
    text_put(&writer->text, first, (size_t)(end - first));
}

void writer_literal(struct writer *writer, const char *name, const char *text)
{
    begin(writer, name);
    text_puts(&writer->text, text);
}

void writer_boolean(struct writer *writer, const char *name, bool value)
{
    writer_literal(writer, name, value ? "true" : "false");
}

char *writer_finish(struct writer *writer)
{
    writer->comma = false;
    return text_finish(&writer->text);
}
