/* The generator: the same numbers everywhere. */
#include "backend/random.h"
#include <criterion/criterion.h>

Test(random, first_numbers_of_a_seed_are_known)
{
    struct random random;
    random_seed(&random, 0);
    cr_expect_eq(random_next(&random), 0xE220A8397B1DCDAFu);
    cr_expect_eq(random_next(&random), 0x6E789E6AA1B965F4u);
}

Test(random, below_stays_below_and_reaches_all)
{
    struct random random;
    int seen[7] = {0};
    random_seed(&random, 42);
    for (int i = 0; i < 1000; i++) {
        uint64_t number = random_below(&random, 7);
        cr_assert_lt(number, 7);
        seen[number]++;
    }
    for (int i = 0; i < 7; i++)
        cr_expect_gt(seen[i], 0);
}
