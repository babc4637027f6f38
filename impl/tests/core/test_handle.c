/* Handle values: generations, kinds, references. */
#include "../client.h"

Test(handle, a_closed_value_never_becomes_live_again)
{
    core_lock();
    int object;
    uint64_t first = handle_open(HANDLE_OPERATION, &object);
    cr_assert(handle_kill(first, HANDLE_OPERATION));
    cr_assert(handle_unref(first, HANDLE_OPERATION));
    for (int i = 0; i < 1000; i++) {
        uint64_t next = handle_open(HANDLE_OPERATION, &object);
        cr_assert_neq(next, first);
        cr_assert_null(handle_ref(first, HANDLE_OPERATION));
        handle_kill(next, HANDLE_OPERATION);
        handle_unref(next, HANDLE_OPERATION);
    }
    core_unlock();
}

Test(handle, generation_is_never_zero_and_has_no_top_bit)
{
    core_lock();
    int object;
    uint64_t value = handle_open(HANDLE_SYSTEM, &object);
    cr_expect_neq(value >> 32, 0);
    cr_expect_eq(value >> 63, 0);
    core_unlock();
}

Test(handle, another_kind_does_not_fit)
{
    core_lock();
    int object;
    uint64_t value = handle_open(HANDLE_SYSTEM, &object);
    cr_expect_null(handle_ref(value, HANDLE_PROCESS));
    cr_expect_null(handle_ref(value, HANDLE_OPERATION));
    cr_expect_eq(handle_ref(value, HANDLE_SYSTEM), (void *)&object);
    core_unlock();
}

Test(handle, forged_values_find_nothing)
{
    static const uint64_t forged[] = {0, 1, 42, UINT64_MAX, 0x7FFFFFFFFFFFFFFF, 0x0000000110000000, 0x123456789ABCDEF0};
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++)
        for (int kind = 0; kind < HANDLE_KINDS; kind++) {
            cr_expect_null(handle_ref(forged[i], (enum handle_kind)kind), "0x%llx", (unsigned long long)forged[i]);
            core_lock();
            cr_expect_not(handle_kill(forged[i], (enum handle_kind)kind));
            core_unlock();
        }
}

Test(handle, references_keep_the_object_after_the_close)
{
    core_lock();
    int object;
    uint64_t value = handle_open(HANDLE_OPERATION, &object);
    cr_assert_eq(handle_ref(value, HANDLE_OPERATION), (void *)&object);
    cr_assert(handle_kill(value, HANDLE_OPERATION));
    cr_expect_not(handle_kill(value, HANDLE_OPERATION), "only one close may succeed");
    cr_expect_not(handle_unref(value, HANDLE_OPERATION));
    cr_expect(handle_unref(value, HANDLE_OPERATION), "the last reference frees");
    core_unlock();
}

static void *close_it(void *handle)
{
    HcsCloseOperation(handle);
    return NULL;
}

Test(handle, four_threads_close_one_value)
{
    for (int i = 0; i < 200; i++) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        pthread_t threads[4];
        for (int j = 0; j < 4; j++)
            pthread_create(&threads[j], NULL, close_it, operation);
        for (int j = 0; j < 4; j++)
            pthread_join(threads[j], NULL);
    }
    expect_nothing_left();
}

Test(handle, ten_thousand_operations_left_open)
{
    UINT64 last = 0;
    for (int i = 0; i < 10000; i++) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        cr_assert_not_null(operation);
        cr_assert_gt(HcsGetOperationId(operation), last);
        last = HcsGetOperationId(operation);
    }
}

Test(handle, stale_forged_and_null_get_known_answers)
{
    HCS_OPERATION stale = HcsCreateOperation(NULL, NULL);
    HcsCloseOperation(stale);
    HCS_OPERATION forged = (HCS_OPERATION)(uintptr_t)0xDEADBEEF;
    cr_expect_eq(HcsGetOperationResult(stale, NULL), E_HANDLE);
    cr_expect_eq(HcsGetOperationResult(forged, NULL), E_HANDLE);
    cr_expect_eq(HcsGetOperationResult(NULL, NULL), E_INVALIDARG);
    cr_expect_eq(HcsGetOperationId(stale), HCS_INVALID_OPERATION_ID);
    cr_expect_eq(HcsGetOperationType(stale), HcsOperationTypeNone);
    cr_expect_null(HcsGetOperationContext(stale));
    HcsCloseOperation(stale); /* H-04: the second close does nothing */
    HcsCloseOperation(NULL);
    HcsCloseComputeSystem((HCS_SYSTEM)(void *)stale);
    HcsCloseProcess(NULL);
}

Test(handle, what_is_near_it_may_be_gone)
{
    core_lock();
    int object;
    char *beside = malloc(1);
    uint64_t value = handle_open(HANDLE_PROCESS, &object);
    handle_set_near(value, HANDLE_PROCESS, beside, beside);
    free(beside);
    cr_expect_eq(handle_ref(value, HANDLE_PROCESS), (void *)&object);
    core_unlock();
}
