/* SHA-256: the examples of FIPS 180-4 (NIST), and lengths around the ends of blocks against another program. */
#include "base/text/sha256.h"
#include "../scratch.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void sum_of(const char *bytes, size_t length, size_t step, char text[SHA256_TEXT])
{
    struct sha256 sha;
    sha256_begin(&sha);
    for (size_t at = 0; at < length; at += step)
        sha256_add(&sha, bytes + at, step < length - at ? step : length - at);
    sha256_end(&sha, text);
}

static const struct {
    const char *text, *sum;
} examples[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

Test(sha256, the_examples_of_the_standard)
{
    char text[SHA256_TEXT];
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        for (size_t step = 1; step < 130; step++) {
            sum_of(examples[i].text, strlen(examples[i].text), step, text);
            cr_expect_str_eq(text, examples[i].sum, "'%s' in steps of %zu", examples[i].text, step);
        }
}

Test(sha256, a_million_times_a)
{
    static char bytes[1000000];
    char text[SHA256_TEXT];
    memset(bytes, 'a', sizeof bytes);
    sum_of(bytes, sizeof bytes, 4099, text);
    cr_expect_str_eq(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

Test(sha256, every_length_up_to_four_blocks_as_sha256sum_has_it)
{
    enum { LENGTHS = 4 * SHA256_BLOCK + 2 };
    char bytes[LENGTHS], text[SHA256_TEXT], other[SHA256_TEXT], command[1024];
    for (int i = 0; i < LENGTHS; i++)
        bytes[i] = (char)(i * 37 + 1);
    snprintf(command, sizeof command, "%s/bytes", scratch());
    FILE *file = fopen(command, "wb");
    cr_assert(file && fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes && !fclose(file));
    snprintf(command, sizeof command,
        "cd %s && i=0; while [ $i -lt %d ]; do head -c $i bytes | sha256sum; i=$((i+1)); done", scratch(), LENGTHS);
    FILE *sums = popen(command, "r");
    cr_assert_not_null(sums);
    for (size_t length = 0; length < LENGTHS; length++) {
        cr_assert_eq(fscanf(sums, "%64s -", other), 1);
        sum_of(bytes, length, 61, text);
        cr_expect_str_eq(text, other, "%zu bytes", length);
    }
    pclose(sums);
}
