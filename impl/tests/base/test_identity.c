/* Ids without regard to case, SHA-1 (the examples of FIPS 180-4), and the GUIDs that are made of names. */
#include "base/text/identity.h"
#include "base/text/sha1.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void sum_of(const char *bytes, size_t length, char text[2 * SHA1_BYTES + 1])
{
    unsigned char sum[SHA1_BYTES];
    sha1(bytes, length, sum);
    for (int i = 0; i < SHA1_BYTES; i++)
        snprintf(text + (ptrdiff_t)i * 2, 3, "%02x", sum[i]);
}

Test(identity, sha1_of_the_examples_of_the_standard)
{
    static char many[1000000];
    char text[2 * SHA1_BYTES + 1];
    sum_of("", 0, text);
    cr_expect_str_eq(text, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    sum_of("abc", 3, text);
    cr_expect_str_eq(text, "a9993e364706816aba3e25717850c26c9cd0d89d");
    sum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, text);
    cr_expect_str_eq(text, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    memset(many, 'a', sizeof many);
    sum_of(many, sizeof many, text);
    cr_expect_str_eq(text, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

/* The ids of machines that hosts reported, and the RuntimeIds beside them. HCS-ROW: F-01 */
Test(identity, guids_of_names_are_those_that_hosts_gave)
{
    static const unsigned char space[GUID_BYTES] = {
        0xca, 0xb7, 0x03, 0x44, 0xfa, 0xcb, 0x41, 0xe4, 0xb5, 0xe5, 0xab, 0x65, 0x92, 0x28, 0x3e, 0x6e};
    static const char *const seen[][2] = {{"cowork-vm-baa82cce", "c046cf90-111c-5cf6-bea8-04f9fa3568b3"},
        {"cowork-vm-58d21574", "1872e2e9-d210-51a1-9fa7-1fcde388367c"},
        {"COWORK-vm-58D21574", "1872e2e9-d210-51a1-9fa7-1fcde388367c"},
        {"MyAppSandbox", "fb405fe8-65b1-5f71-a18e-96ad5a7d3864"}};
    char text[GUID_TEXT];
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        cr_assert(identity_of_name(space, seen[i][0], text));
        cr_expect_str_eq(text, seen[i][1], "%s", seen[i][0]);
    }
}

Test(identity, case_makes_no_difference_in_any_locale)
{
    static const char *const same[][2] = {{"", ""}, {"abcxyz", "ABCXYZ"}, {"ä-ö-ü-þ-ÿ", "Ä-Ö-Ü-Þ-Ÿ"}, {"żółw", "ŻÓŁW"},
        {"άέήίόύώως", "ΆΈΉΊΌΎΏΩΣ"}, {"привет ёђѣ", "ПРИВЕТ ЁЂѢ"}, {"@[`{", "@[`{"}, {"😀k", "😀K"}};
    static const char *const other[][2] = {
        {"a", ""}, {"@", "`"}, {"[", "{"}, {"÷", "×"}, {"ß", "SS"}, {"😀", "😁"}, {"{a}", "a"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        cr_expect(identity_same(same[i][0], same[i][1]), "%s", same[i][0]);
        cr_expect(identity_same(same[i][1], same[i][0]), "%s", same[i][0]);
        cr_expect_eq(identity_hash(same[i][0]), identity_hash(same[i][1]), "%s", same[i][0]);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        cr_expect_not(identity_same(other[i][0], other[i][1]), "%s", other[i][0]);
}

Test(identity, patterns_know_no_case)
{
    cr_expect(identity_fits("VM-*", "vm-7"));
    cr_expect(identity_fits("*MÜLL*", "der-müll-ist"));
    cr_expect(identity_fits("a?c", "AÄC"));
    cr_expect(identity_fits("*", ""));
    cr_expect(identity_fits("*ab", "aAB"));
    cr_expect_not(identity_fits("VM-?", "vm-77"));
    cr_expect_not(identity_fits("", "a"));
    cr_expect_not(identity_fits("ab", "a"));
}

Test(identity, a_guid_has_36_characters_and_no_braces)
{
    char text[GUID_TEXT];
    cr_expect(identity_is_guid("3F2504E0-4f89-11d3-9A0C-0305e82c3301"));
    cr_expect_not(identity_is_guid("{3f2504e0-4f89-11d3-9a0c-0305e82c3301}"));
    cr_expect_not(identity_is_guid("3f2504e0-4f89-11d3-9a0c-0305e82c330"));
    cr_expect_not(identity_is_guid("3f2504e0-4f89-11d3-9a0c-0305e82c33012"));
    cr_expect_not(identity_is_guid("3g2504e0-4f89-11d3-9a0c-0305e82c3301"));
    identity_lower("3F2504E0-4f89-11d3-9A0C-0305e82c3301", text);
    cr_expect_str_eq(text, "3f2504e0-4f89-11d3-9a0c-0305e82c3301");
}
