/* The text builder, its escapes and the JSON writer. */
#include "base/text/escape.h"
#include "base/text/json_writer.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 1 << 20 };

static char *letters(size_t count)
{
    char *many = malloc(count + 1);
    memset(many, 'z', count);
    many[count] = 0;
    return many;
}

Test(text, what_printf_makes_is_kept_whole)
{
    struct text text = {.limit = LIMIT};
    char *many = letters(5000);
    text_printf(&text, "<%s|%s>", many, "end");
    text_printf(&text, "%d", 7);
    char *whole = text_finish(&text);
    cr_assert_not_null(whole);
    cr_expect_eq(strlen(whole), 5007);
    cr_expect_str_eq(whole + 5001, "|end>7");
    free(whole);
    free(many);
}

Test(text, holds_its_limit_and_not_a_byte_more)
{
    char *many = letters(1000);
    for (size_t limit = 998; limit < 1002; limit++) {
        struct text put = {.limit = limit}, printed = {.limit = limit};
        text_put(&put, many, 500);
        text_put(&put, many, 500);
        text_printf(&printed, "%s", many);
        char *whole[] = {text_finish(&put), text_finish(&printed)};
        for (int i = 0; i < 2; i++) {
            cr_expect_eq(whole[i] != NULL, limit >= 1000, "limit %zu, way %d", limit, i);
            free(whole[i]);
        }
    }
    free(many);
}

Test(text, after_a_failure_nothing_is_added_and_the_end_says_so)
{
    struct text text = {.limit = 10};
    text_puts(&text, "123456789");
    text_puts(&text, "too long");
    cr_expect(text.failed);
    text_putc(&text, '!');
    text_printf(&text, "%d", 1);
    cr_expect_str_eq(text.bytes, "123456789");
    cr_expect_null(text_finish(&text));
    text_puts(&text, "anew");
    char *whole = text_finish(&text);
    cr_expect_str_eq(whole, "anew", "the limit is kept, the failure is not");
    free(whole);
}

Test(text, without_a_limit_takes_nothing)
{
    struct text text = {.bytes = NULL};
    text_putc(&text, 'x');
    cr_expect_null(text_finish(&text));
}

Test(text, an_empty_one_is_an_empty_string)
{
    struct text text = {.limit = LIMIT};
    char *whole = text_finish(&text);
    cr_expect_str_eq(whole, "");
    free(whole);
}

static void check_escape(void (*put)(struct text *, const char *), const char *value, const char *expected)
{
    struct text text = {.limit = LIMIT};
    put(&text, value);
    char *whole = text_finish(&text);
    cr_expect_str_eq(whole, expected);
    free(whole);
}

Test(escape, xml_holds_only_what_xml_has)
{
    check_escape(text_put_xml, "a<b> & \"c\"\n\t\r", "a&lt;b&gt; &amp; &quot;c&quot;\n\t&#13;");
    check_escape(text_put_xml_attribute, "a\n\tb", "a&#10;&#9;b");
    check_escape(text_put_xml, "\x01 \x1b[0m", "\xEF\xBF\xBD \xEF\xBF\xBD[0m");
    check_escape(text_put_xml, "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
    /* Latin-1, an overlong slash, a surrogate, U+FFFF, and a character that is cut off */
    check_escape(text_put_xml, "\xE4!", "\xEF\xBF\xBD!");
    check_escape(text_put_xml, "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD");
    check_escape(text_put_xml, "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    check_escape(text_put_xml, "\xEF\xBF\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    check_escape(text_put_xml, "x\xE2\x82", "x\xEF\xBF\xBD\xEF\xBF\xBD");
}

Test(escape, json_and_cells)
{
    check_escape(text_put_json, "a\"b\\c\x1f\n", "\"a\\\"b\\\\c\\u001f\\u000a\"");
    check_escape(text_put_cell, "a|b<c>\n`", "a\\|b&lt;c> \\`");
    check_escape(text_put_cell, NULL, "");
}

Test(writer, separates_and_escapes)
{
    struct writer writer = {.text.limit = LIMIT};
    writer_open(&writer, NULL, '{');
    writer_string(&writer, "a\"b", "x\\y\n\t\x01");
    writer_integer(&writer, "n", -9223372036854775807 - 1);
    writer_open(&writer, "list", '[');
    writer_boolean(&writer, NULL, true);
    writer_boolean(&writer, NULL, false);
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    char *text = writer_finish(&writer);
    cr_expect_str_eq(
        text, "{\"a\\\"b\":\"x\\\\y\\u000a\\u0009\\u0001\",\"n\":-9223372036854775808,\"list\":[true,false]}");
    free(text);
}

Test(writer, long_text_survives)
{
    struct writer writer = {.text.limit = LIMIT};
    char *long_text = malloc(100001);
    memset(long_text, 'z', 100000);
    long_text[100000] = 0;
    writer_string(&writer, NULL, long_text);
    char *text = writer_finish(&writer);
    cr_expect_eq(strlen(text), 100002);
    free(text);
    free(long_text);
}

Test(writer, integers_of_every_size)
{
    static const int64_t values[] = {0, 9, -10, INT64_MAX, INT64_MIN};
    struct writer writer = {.text.limit = LIMIT};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        writer_integer(&writer, NULL, values[i]);
    char *text = writer_finish(&writer);
    cr_expect_str_eq(text, "0,9,-10,9223372036854775807,-9223372036854775808");
    free(text);
}
