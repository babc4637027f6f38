/* Forms of texts. Entry points: format_is_mac_address(), format_is_base64(), format_is_date(),
   format_is_date_time(), format_read_code(). */
#include "format.h"
#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool format_is_mac_address(const char *text)
{
    for (int i = 0; i < 17; i++)
        if (i % 3 == 2 ? (text[i] != '-' && text[i] != ':') || text[i] != text[2] : !isxdigit((unsigned char)text[i]))
            return false;
    return !text[17];
}

bool format_is_base64(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    size_t padding = strspn(text + length, "=");
    return !text[length + padding] && padding <= 2 && (length + padding) % 4 == 0;
}

/* Moves *text behind the shape, in which every 0 stands for a digit; false: it does not begin with it. */
static bool follows(const char **text, const char *shape)
{
    const char *p = *text;
    for (; *shape; shape++, p++)
        if (*shape == '0' ? *p < '0' || *p > '9' : *p != *shape)
            return false;
    *text = p;
    return true;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month < 1 || month > 12 ? 0 : days[month - 1] + (month == 2 && leap);
}

bool format_is_date(const char *text)
{
    const char *end = text;
    if (!follows(&end, "0000-00-00") || *end)
        return false;
    int day = atoi(text + 8);
    return day >= 1 && day <= days_of(atoi(text), atoi(text + 5));
}

bool format_is_date_time(const char *text)
{
    if (!follows(&text, "0000-00-00T00:00:00"))
        return false;
    if (*text == '.') {
        size_t digits = strspn(text + 1, "0123456789");
        if (!digits)
            return false;
        text += digits + 1;
    }
    if (*text == 'Z')
        return !text[1];
    return (*text == '+' || *text == '-') && (text++, follows(&text, "00:00")) && !*text;
}

bool format_read_code(const char *text, uint32_t *code)
{
    enum { PREFIX = 2, MOST_DIGITS = 8 };
    size_t digits = strncmp(text, "0x", PREFIX) ? 0 : strspn(text + PREFIX, "0123456789abcdefABCDEF");
    if (!digits || digits > MOST_DIGITS || text[PREFIX + digits])
        return false;
    *code = (uint32_t)strtoul(text + PREFIX, NULL, 16);
    return true;
}
