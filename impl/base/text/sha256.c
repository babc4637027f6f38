/* SHA-256, named as FIPS 180-4 names its parts. Entry points: sha256_begin(), sha256_add(), sha256_end(). */
#include "sha256.h"
#include <stdio.h>
#include <string.h>

enum { WORDS = 8, ROUNDS = 64, LENGTH_AT = SHA256_BLOCK - 8 };

/* The fractional parts of the cube roots of the first 64 primes. */
static const uint32_t k[ROUNDS] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
    0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
    0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70,
    0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
    0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
    0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Those of the square roots of the first 8. */
static const uint32_t start[WORDS] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word >> bits | word << (32 - bits);
}

static uint32_t big_sigma(uint32_t word, unsigned first, unsigned second, unsigned third)
{
    return rotate(word, first) ^ rotate(word, second) ^ rotate(word, third);
}

static uint32_t small_sigma(uint32_t word, unsigned first, unsigned second, unsigned shift)
{
    return rotate(word, first) ^ rotate(word, second) ^ word >> shift;
}

static void expand(const unsigned char *block, uint32_t w[ROUNDS])
{
    for (unsigned t = 0; t < 16; t++) {
        const unsigned char *byte = block + (size_t)t * 4;
        w[t] = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
    }
    for (unsigned t = 16; t < ROUNDS; t++)
        w[t] = small_sigma(w[t - 2], 17, 19, 10) + w[t - 7] + small_sigma(w[t - 15], 7, 18, 3) + w[t - 16];
}

static void take_block(uint32_t state[WORDS], const unsigned char *block)
{
    uint32_t w[ROUNDS], v[WORDS]; /* v: a to h */
    expand(block, w);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < ROUNDS; t++) {
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t first = v[7] + big_sigma(v[4], 6, 11, 25) + choice + k[t] + w[t];
        uint32_t second = big_sigma(v[0], 2, 13, 22) + majority;
        memmove(v + 1, v, sizeof v - sizeof *v);
        v[4] += first;
        v[0] = first + second;
    }
    for (unsigned i = 0; i < WORDS; i++)
        state[i] += v[i];
}

void sha256_begin(struct sha256 *sha)
{
    memcpy(sha->state, start, sizeof start);
    sha->length = 0;
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t length)
{
    const unsigned char *next = bytes;
    while (length) {
        size_t used = sha->length % SHA256_BLOCK, part = SHA256_BLOCK - used;
        if (part > length)
            part = length;
        memcpy(sha->block + used, next, part);
        next += part;
        length -= part;
        sha->length += part;
        if (sha->length % SHA256_BLOCK == 0)
            take_block(sha->state, sha->block);
    }
}

void sha256_end(struct sha256 *sha, char text[SHA256_TEXT])
{
    static const unsigned char padding[SHA256_BLOCK] = {0x80};
    uint64_t bits = sha->length * 8;
    unsigned char length[8];
    size_t used = sha->length % SHA256_BLOCK;
    for (unsigned i = 0; i < sizeof length; i++)
        length[i] = (unsigned char)(bits >> (8 * (sizeof length - 1 - i)));
    sha256_add(sha, padding, used < LENGTH_AT ? LENGTH_AT - used : LENGTH_AT + SHA256_BLOCK - used);
    sha256_add(sha, length, sizeof length);
    for (unsigned i = 0; i < WORDS; i++)
        snprintf(text + (size_t)i * 8, SHA256_TEXT - (size_t)i * 8, "%08x", (unsigned)sha->state[i]);
}
