/* Checks that stay on: the mechanism, and violations that are planted in it. */
#include "base/check.h"
#include "client.h"
#include "dies.h"

static void break_one(void)
{
    CHECK(1 + 1 == 3);
}

Test(check, a_broken_one_is_one_line_with_its_place_and_ends_the_program)
{
    expect_check(break_one, "impl/tests/test_check.c:8: check failed: 1 + 1 == 3\n");
}

Test(check, what_holds_goes_on)
{
    int evaluated = 0;
    CHECK(++evaluated);
    cr_expect_eq(evaluated, CHECKS_ARE_ON, "without the option nothing is evaluated");
}

static void lock_twice(void)
{
    core_lock();
    core_lock();
}

static void unlock_unlocked(void)
{
    core_unlock();
}

Test(check, the_core_lock_is_taken_once_and_given_back_once)
{
    expect_check(lock_twice, "impl/core/lock.c");
    expect_check(unlock_unlocked, "impl/core/lock.c");
}
