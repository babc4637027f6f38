/* Runtime checks: the mechanism, and that planted violations are caught. */
#include "base/check.h"
#include "../client.h"
#include "../dies.h"

static void break_one(void)
{
    CHECK(1 + 1 == 3);
}

Test(check, a_broken_one_is_one_line_with_its_place_and_ends_the_program)
{
    expect_check(break_one, "impl/tests/base/test_check.c:8: check failed: 1 + 1 == 3\n");
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

/* --- planted violations: one for each kind of promise --- */

static void look_without_the_lock(void)
{
    (void)event_active();
}

static void call_the_client_with_the_lock(void)
{
    struct delivery delivery = {0};
    core_lock();
    event_deliver(&delivery);
}

static void complete_twice(void)
{
    struct request request = {.kind = REQUEST_ENUMERATE};
    core_lock();
    request_complete(&request, S_OK, NULL);
    request_complete(&request, S_OK, NULL);
}

static void begin_what_nobody_began(void)
{
    core_lock();
    operation_submit(operation_create(NULL, NULL));
}

static void give_back_too_much(void)
{
    core_lock();
    struct system *system = system_create();
    system->references = 0;
    system_unref(system);
}

static void close_what_is_closed(void)
{
    int object;
    core_lock();
    uint64_t value = handle_open(HANDLE_SYSTEM, &object);
    handle_kill(value, HANDLE_SYSTEM);
    handle_unref(value, HANDLE_SYSTEM);
    handle_unref(value, HANDLE_SYSTEM);
}

static void exit_twice(void)
{
    core_lock();
    struct system *system = system_create();
    system_event(system, HcsEventSystemExited, NULL);
    system_event(system, HcsEventSystemExited, NULL);
}

static void free_what_is_held(void)
{
    core_lock();
    struct system *system = system_create();
    (void)client_handle_open(HANDLE_SYSTEM, system, true);
    system_unref(system);
    system_unref(system);
}

static void need_less_than_nothing(void)
{
    core_lock();
    pump_release();
}

Test(check, violations_of_the_contracts_are_caught)
{
    expect_check(look_without_the_lock, "check failed: core_is_held()");
    expect_check(call_the_client_with_the_lock, "check failed: !core_is_held()");
    expect_check(complete_twice, "check failed: !request->done");
    expect_check(begin_what_nobody_began, "check failed: operation->state == OPERATION_PENDING");
    expect_check(give_back_too_much, "check failed: system->references > 0");
    expect_check(close_what_is_closed, "check failed: (word & REFERENCES) > 0");
    expect_check(exit_twice, "check failed: type != HcsEventSystemExited || !system->exited");
    expect_check(free_what_is_held, "check failed: !system->handles");
    expect_check(need_less_than_nothing, "check failed: needs > 0");
}
