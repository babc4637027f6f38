/* SplitMix64. Entry point: random_next(). */
#include "random.h"
#include "base/check.h"

void random_seed(struct random *random, uint64_t seed)
{
    random->state = seed;
}

uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t limit)
{
    CHECK(limit > 0);
    uint64_t number, first = (0 - limit) % limit; /* numbers below it would be drawn too often */
    do
        number = random_next(random);
    while (number < first);
    return number % limit;
}
