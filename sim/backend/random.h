/* Role: the seeded generator (SplitMix64): the same numbers for the same seed on every machine. */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

void random_seed(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);
/* Returns a number below limit, all equally likely. limit must not be 0. */
uint64_t random_below(struct random *random, uint64_t limit);

#endif
