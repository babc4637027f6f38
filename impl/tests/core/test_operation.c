/* Operations: life cycle, reuse, waits, closes. */
#include "../client.h"

static void close_operation(uint64_t value)
{
    struct closing closing;
    cr_assert(operation_close(value, &closing));
    cr_assert(closing_step(&closing));
    closing_end(&closing);
}

Test(operation, a_wait_belongs_to_one_use)
{
    /* L4 */
    core_lock();
    struct operation *operation = operation_create(NULL, NULL);
    struct operation_wait wait = {.operation = operation_ref(operation->value)};
    must(operation_begin(operation, HcsOperationTypeStart, NULL));
    cr_assert_not(operation_wait_step(&wait));
    request_complete(&operation->request, HCS_E_TERMINATED, NULL);
    must(operation_begin(operation, HcsOperationTypePause, NULL));
    cr_expect(operation_wait_step(&wait));
    cr_expect_eq(wait.result, HCS_E_TERMINATED);
    cr_expect_eq(wait.type, HcsOperationTypeStart);
    operation_wait_end(&wait);
    request_complete(&operation->request, S_OK, NULL);
    uint64_t value = operation->value;
    operation_unref(operation);
    close_operation(value);
    core_unlock();
    expect_nothing_left();
}

/* O-22: the same result, a document each */
Test(operation, every_waiter_gets_its_own_document)
{
    core_lock();
    struct operation *operation = operation_create(NULL, NULL);
    struct operation_wait first = {.operation = operation}, second = {.operation = operation};
    must(operation_begin(operation, HcsOperationTypeEnumerate, NULL));
    operation_wait_step(&first);
    operation_wait_step(&second);
    request_complete(&operation->request, S_OK, strdup("[]"));
    cr_expect(operation_wait_step(&first) && operation_wait_step(&second));
    cr_expect_str_eq(first.document, "[]");
    cr_expect_str_eq(second.document, "[]");
    cr_expect_neq((void *)first.document, (void *)second.document);
    operation_wait_end(&first);
    operation_wait_end(&second);
    close_operation(operation->value);
    core_unlock();
}

static void *wait_for_it(void *operation)
{
    return (void *)(intptr_t)HcsWaitForOperationResult(operation, INFINITE, NULL);
}

static void *wait_for_exit(void *system)
{
    return (void *)(intptr_t)HcsWaitForComputeSystemExit(system, INFINITE, NULL);
}

/* Lets the other thread come to its wait. */
static void settle(void)
{
    usleep(20000);
}

Test(operation, a_wait_for_what_another_thread_closes_is_released)
{
    /* L3, W-07 */
    HCS_SYSTEM system = make_system(u"l3", CONTAINER, true), second;
    must(HcsOpenComputeSystem(u"l3", GENERIC_ALL, &second));
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, wait_for_exit, second);
    settle();
    HcsCloseComputeSystem(second);
    pthread_join(thread, &result);
    cr_expect_eq((HRESULT)(intptr_t)result, E_HANDLE);
    drop_system(system);
    expect_nothing_left();
}

Test(operation, a_closed_operation_releases_its_waits)
{
    /* L3 */
    core_lock();
    struct operation *operation = operation_create(NULL, NULL);
    struct operation_wait wait = {.operation = operation};
    must(operation_begin(operation, HcsOperationTypeStart, NULL));
    cr_assert_not(operation_wait_step(&wait));
    struct request *request = &operation->request;
    close_operation(operation->value);
    cr_expect(operation_wait_step(&wait));
    cr_expect_eq(wait.result, E_HANDLE);
    request_complete(request, S_OK, NULL); /* O-16, R-30: the request ran on */
    core_unlock();
    expect_nothing_left();
}

Test(operation, pending_operation_is_left_alone_by_a_second_call)
{
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"pending", CONTAINER, operation, NULL, &system));
    cr_expect_eq(HcsStartComputeSystem(system, operation, NULL), HCS_E_OPERATION_ALREADY_STARTED);
    cr_expect_eq(HcsGetOperationType(operation), HcsOperationTypeCreate);
    HCS_SYSTEM other = system;
    cr_expect_eq(HcsCreateComputeSystem(u"x", u"{", operation, NULL, &other), HCS_E_OPERATION_ALREADY_STARTED,
        "the mistakes of its document would be the result of the operation (F-16)");
    cr_expect_null(other);
    cr_expect_eq(HcsSaveComputeSystem(system, operation, u"{"), HCS_E_INVALID_JSON,
        "other documents come before the pending operation");
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), S_OK);
    HcsCloseOperation(operation);
    must(HcsOpenComputeSystem(u"pending", GENERIC_ALL, &system));
    drop_system(system);
}

Test(operation, failed_call_leaves_its_result_and_its_type)
{
    HCS_PROCESS process = (HCS_PROCESS)1;
    HCS_SYSTEM system = make_system(u"failed", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    PWSTR document = NULL;
    cr_expect_eq(HcsCreateProcess(system, u"{\"User\":1}", operation, NULL, &process), HCS_E_INVALID_JSON);
    cr_expect_null(process);
    cr_expect_eq(HcsGetOperationType(operation), HcsOperationTypeCreateProcess);
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, &document), HCS_E_INVALID_JSON);
    cr_expect_not_null(document);
    LocalFree(document);
    must(finish(HcsEnumerateComputeSystems(NULL, operation), operation));
    HcsCloseOperation(operation);
    drop_system(system);
    expect_nothing_left();
}

static atomic_int completions;

static void CALLBACK count_completion(HCS_OPERATION operation, void *context)
{
    (void)operation;
    (void)context;
    atomic_fetch_add(&completions, 1);
}

Test(operation, failed_call_causes_no_callback)
{
    /* L7 */
    HCS_OPERATION operation = HcsCreateOperation(NULL, count_completion);
    cr_expect_eq(HcsEnumerateComputeSystems(u"{", operation), HCS_E_INVALID_JSON);
    usleep(50000);
    cr_expect_eq(atomic_load(&completions), 0);
    must(HcsEnumerateComputeSystems(NULL, operation));
    cr_expect(reaches(&completions, 1));
    HcsCloseOperation(operation);
}

Test(operation, document_is_the_callers_and_comes_on_every_read)
{
    /* O-09, C-10: both free functions serve */
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    PWSTR first = NULL, second = NULL;
    must(HcsEnumerateComputeSystems(NULL, operation));
    must(HcsWaitForOperationResult(operation, INFINITE, &first));
    must(HcsGetOperationResult(operation, &second));
    cr_expect(first && second && first != second);
    LocalFree(first);
    CoTaskMemFree(second);
    LocalFree(NULL);
    HcsCloseOperation(operation);
}

/* O-07 */
Test(operation, out_pointers_are_null_while_nothing_is_known)
{
    HCS_SYSTEM system;
    PWSTR document = (PWSTR)1;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(HcsGetOperationResult(operation, &document), HCS_E_OPERATION_NOT_STARTED);
    cr_expect_null(document);
    must(HcsCreateComputeSystem(u"out", CONTAINER, operation, NULL, &system));
    document = (PWSTR)1;
    cr_expect_eq(HcsGetOperationResult(operation, &document), HCS_E_OPERATION_PENDING);
    cr_expect_null(document);
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseOperation(operation);
    drop_system(system);
}

Test(operation, one_operation_on_three_threads)
{
    /* C-05 */
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsEnumerateComputeSystems(NULL, operation));
    pthread_t threads[2];
    void *result;
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, wait_for_it, operation);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], &result);
        cr_expect_eq((HRESULT)(intptr_t)result, S_OK);
    }
    HcsCloseOperation(operation);
    expect_nothing_left();
}
