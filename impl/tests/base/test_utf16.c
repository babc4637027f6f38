/* UTF-16. */
#include "base/text/utf16.h"
#include "core/text/text.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(utf16, converts_every_plane_there_and_back)
{
    static const WCHAR text[] = u"A\u00e4\u20ac\U0001F600";
    char utf8[64];
    ptrdiff_t length = utf16_to_utf8(text, utf16_length(text, 100), utf8);
    cr_assert_str_eq(utf8, "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    PWSTR back = text_to_utf16(utf8, (size_t)length);
    cr_expect_eq(memcmp(back, text, sizeof text), 0);
    free(back);
}

Test(utf16, refuses_unpaired_surrogates)
{
    static const WCHAR texts[][4] = {{0xD800, 0}, {0xDC00, 0}, {0xD800, 'x', 0}, {0xD800, 0xD800, 0}, {'a', 0xDFFF, 0}};
    char utf8[16];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_eq(utf16_to_utf8(texts[i], utf16_length(texts[i], 4), utf8), -1, "text %zu", i);
}

Test(utf16, length_stops_at_the_limit)
{
    cr_expect_eq(utf16_length(u"abcdef", 3), 4);
    cr_expect_eq(utf16_length(u"abc", 3), 3);
}

/* Exactly as much memory as the text needs, so that the address sanitizer sees what is read or written beside it. */
static void try_mark(size_t length, size_t mark)
{
    WCHAR *text = malloc((length + 1) * sizeof *text);
    for (size_t i = 0; i < length; i++)
        text[i] = i == mark ? 0xE9 : (WCHAR)('a' + i % 26);
    text[length] = 0;
    char *utf8 = utf8_copy(text, 100);
    size_t bytes = length + (mark < length);
    cr_assert_eq(strlen(utf8), bytes, "%zu units, é at %zu", length, mark);
    for (size_t i = 0; i < length; i++)
        cr_assert_eq(utf8[i + (i > mark)], i == mark ? '\xC3' : (char)('a' + i % 26), "%zu of %zu", i, length);
    char *exact = memcpy(malloc(bytes + 1), utf8, bytes + 1);
    char16_t *back = utf16_copy(exact);
    cr_assert_eq(memcmp(back, text, (length + 1) * sizeof *text), 0, "%zu units, é at %zu", length, mark);
    cr_assert_eq(utf16_length(text, length), length);
    cr_assert_eq(utf16_length(text, length ? length - 1 : 0), length);
    free(back);
    free(exact);
    free(utf8);
    free(text);
}

Test(utf16, converts_what_is_not_ascii_wherever_it_stands)
{
    for (size_t length = 0; length <= 40; length++)
        for (size_t mark = 0; mark <= length; mark++)
            try_mark(length, mark);
}

Test(utf16, a_lossy_copy_has_a_mark_for_each_unpaired_surrogate)
{
    static const WCHAR text[] = {0xD800, 'x', 0xDC00, 0xD83D, 0xDE00, 0xDBFF, 0};
    char *utf8 = utf8_copy_lossy(text, 100);
    cr_expect_str_eq(utf8, "\xEF\xBF\xBDx\xEF\xBF\xBD\xF0\x9F\x98\x80\xEF\xBF\xBD");
    cr_expect_null(utf8_copy(text, 100));
    cr_expect_null(utf8_copy_lossy(text, 5), "six units, five allowed");
    free(utf8);
}
