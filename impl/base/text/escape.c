/* Values in JSON, XML and Markdown. Entry points: text_put_json(), text_put_xml(), text_put_cell(). */
#include "escape.h"

static const char hex[] = "0123456789abcdef";

/* Control characters that a message or a command line may hold are escaped; the rest is UTF-8 as it is. */
void text_put_json(struct text *text, const char *value)
{
    text_putc(text, '"');
    while (*value) {
        const char *plain = value;
        while ((unsigned char)*value >= 32 && *value != '"' && *value != '\\')
            value++;
        text_put(text, plain, (size_t)(value - plain));
        if (*value && (unsigned char)*value < 32)
            text_put(text, (char[]){'\\', 'u', '0', '0', hex[*value >> 4], hex[*value & 15]}, 6);
        else if (*value)
            text_put(text, (char[]){'\\', *value}, 2);
        value += *value != 0;
    }
    text_putc(text, '"');
}

/* The length of the character at p if XML 1.0 allows it, else 0: for control characters, surrogates, U+FFFE, U+FFFF and
   overlong forms. */
static size_t xml_character(const unsigned char *p)
{
    static const unsigned minimum[] = {0, 0x80, 0x800, 0x10000};
    unsigned c = *p, more = c < 0x80 ? 0 : c < 0xC0 ? 4 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : c < 0xF8 ? 3 : 4;
    if (more == 4)
        return 0;
    if (more)
        c &= 0x3Fu >> more;
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3F);
    }
    bool known = c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
    bool none = c < minimum[more] || (c >= 0xD800 && c < 0xE000) || (c & 0xFFFE) == 0xFFFE || c > 0x10FFFF;
    return known && !none ? more + 1 : 0;
}

static const char *xml_reference(char c, bool attribute)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;";
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

static void put_xml(struct text *text, const char *value, bool attribute)
{
    while (*value) {
        size_t bytes = xml_character((const unsigned char *)value);
        const char *reference = xml_reference(*value, attribute);
        if (!bytes)
            text_puts(text, "\xEF\xBF\xBD");
        else if (reference)
            text_puts(text, reference);
        else
            text_put(text, value, bytes);
        value += bytes ? bytes : 1;
    }
}

void text_put_xml(struct text *text, const char *value)
{
    put_xml(text, value, false);
}

void text_put_xml_attribute(struct text *text, const char *value)
{
    put_xml(text, value, true);
}

void text_put_cell(struct text *text, const char *value)
{
    for (const char *p = value ? value : ""; *p; p++)
        if (strchr("|\\`*_[]#", *p))
            text_put(text, (char[]){'\\', *p}, 2);
        else if (*p == '<' || *p == '&')
            text_puts(text, *p == '<' ? "&lt;" : "&amp;");
        else
            text_putc(text, (unsigned char)*p < 0x20 ? ' ' : *p);
}
