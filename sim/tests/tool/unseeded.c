/* In place of sim/backend/random.c: a generator with one unseeded source, for the test that such a build is caught. */
#include "backend/random.h"
#include <time.h>

void random_seed(struct random *random, uint64_t seed)
{
    random->state = seed;
}

uint64_t random_next(struct random *random)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    random->state = random->state * 6364136223846793005u + 1442695040888963407u;
    return random->state ^ (random->state >> 31) ^ (uint64_t)(now.tv_nsec & 1);
}

uint64_t random_below(struct random *random, uint64_t limit)
{
    return random_next(random) % limit;
}
