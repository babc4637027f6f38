/* Texts of others for people. */
#include "base/text/shown.h"
#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *text, *shown, *lines;
} texts[] = {
    {"", "", ""},
    {"Straße 中文 \xF0\x9F\x98\x80 \\u", "Straße 中文 \xF0\x9F\x98\x80 \\u", "Straße 中文 \xF0\x9F\x98\x80 \\u"},
    {"a\nb\tc", "a\\u000ab\\u0009c", "a\nb\tc"},
    {"\x1B[2J\r\x7F", "\\u001b[2J\\u000d\\u007f", "\\u001b[2J\\u000d\\u007f"},
    {"user\xE2\x80\xAEtxt.exe", "user\\u202etxt.exe", "user\\u202etxt.exe"},
    {"\xE2\x81\xA6\xE2\x80\x8B\xEF\xBB\xBF\xD8\x9C", "\\u2066\\u200b\\ufeff\\u061c", "\\u2066\\u200b\\ufeff\\u061c"},
    {"\xC2\x9B\xE2\x80\xA8", "\\u009b\\u2028", "\\u009b\\u2028"},
    {"\xFFx\xC0\x80\xED\xA0\x80\xE2\x80", "\\xffx\\xc0\\x80\\xed\\xa0\\x80\\xe2\\x80",
        "\\xffx\\xc0\\x80\\xed\\xa0\\x80\\xe2\\x80"},
};

Test(shown, what_could_move_or_turn_a_line_is_escaped)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char written[128] = "";
        FILE *file = fmemopen(written, sizeof written, "w");
        shown_put(file, texts[i].text);
        fclose(file);
        cr_expect_str_eq(shown(texts[i].text), texts[i].shown);
        cr_expect_str_eq(shown_lines(texts[i].text), texts[i].lines);
        cr_expect_str_eq(written, texts[i].shown);
    }
    cr_expect_str_eq(shown(NULL), "");
    cr_expect_eq(shown(texts[1].text), texts[1].text, "what is plain is not copied");
}
