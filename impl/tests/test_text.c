/* UTF-16 and the JSON writer. */
#include "core/text.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(text, converts_every_plane_there_and_back)
{
    static const WCHAR text[] = u"A\u00e4\u20ac\U0001F600";
    char utf8[64];
    ptrdiff_t length = text_to_utf8(text, text_length(text, 100), utf8);
    cr_assert_str_eq(utf8, "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    PWSTR back = text_to_utf16(utf8, (size_t)length);
    cr_expect_eq(memcmp(back, text, sizeof text), 0);
    free(back);
}

Test(text, refuses_unpaired_surrogates)
{
    static const WCHAR texts[][4] = {{0xD800, 0}, {0xDC00, 0}, {0xD800, 'x', 0}, {0xD800, 0xD800, 0}, {'a', 0xDFFF, 0}};
    char utf8[16];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_eq(text_to_utf8(texts[i], text_length(texts[i], 4), utf8), -1, "text %zu", i);
}

Test(text, length_stops_at_the_limit)
{
    cr_expect_eq(text_length(u"abcdef", 3), 4);
    cr_expect_eq(text_length(u"abc", 3), 3);
}

Test(writer, separates_and_escapes)
{
    struct writer writer = {0};
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
    struct writer writer = {0};
    char *long_text = malloc(100001);
    memset(long_text, 'z', 100000);
    long_text[100000] = 0;
    writer_string(&writer, NULL, long_text);
    char *text = writer_finish(&writer);
    cr_expect_eq(strlen(text), 100002);
    free(text);
    free(long_text);
}
