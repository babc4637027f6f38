/* SHA-1, named as FIPS 180-4 names its parts. Entry point: sha1(). */
#include "sha1.h"
#include <string.h>

enum { WORDS = 5, ROUNDS = 80, BLOCK = 64, LENGTH_AT = BLOCK - 8 };

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static void expand(const unsigned char *block, uint32_t w[ROUNDS])
{
    for (unsigned t = 0; t < 16; t++) {
        const unsigned char *byte = block + (size_t)t * 4;
        w[t] = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
    }
    for (unsigned t = 16; t < ROUNDS; t++)
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
}

/* f and K of a round; v: a to e. */
static uint32_t mixed(unsigned t, const uint32_t v[WORDS])
{
    uint32_t parity = v[1] ^ v[2] ^ v[3];
    if (t < 20)
        return ((v[1] & v[2]) ^ (~v[1] & v[3])) + 0x5a827999;
    if (t < 40)
        return parity + 0x6ed9eba1;
    if (t < 60)
        return ((v[1] & v[2]) ^ (v[1] & v[3]) ^ (v[2] & v[3])) + 0x8f1bbcdc;
    return parity + 0xca62c1d6;
}

static void take_block(uint32_t state[WORDS], const unsigned char *block)
{
    uint32_t w[ROUNDS], v[WORDS];
    expand(block, w);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < ROUNDS; t++) {
        uint32_t first = rotate(v[0], 5) + mixed(t, v) + v[4] + w[t];
        memmove(v + 1, v, sizeof v - sizeof *v);
        v[2] = rotate(v[2], 30);
        v[0] = first;
    }
    for (unsigned i = 0; i < WORDS; i++)
        state[i] += v[i];
}

void sha1(const void *bytes, size_t length, unsigned char sum[SHA1_BYTES])
{
    uint32_t state[WORDS] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const unsigned char *next = bytes;
    unsigned char last[2 * BLOCK] = {0};
    size_t rest = length % BLOCK, end = rest < LENGTH_AT ? BLOCK : 2 * BLOCK;
    for (; next + BLOCK <= (const unsigned char *)bytes + length; next += BLOCK)
        take_block(state, next);
    memcpy(last, next, rest);
    last[rest] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        last[end - 1 - i] = (unsigned char)((uint64_t)length * 8 >> (8 * i));
    for (size_t at = 0; at < end; at += BLOCK)
        take_block(state, last + at);
    for (unsigned i = 0; i < SHA1_BYTES; i++)
        sum[i] = (unsigned char)(state[i / 4] >> (8 * (3 - i % 4)));
}
