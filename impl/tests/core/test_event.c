/* Callbacks: order, threads, and the lifetime laws of closes. */
#include "../client.h"

static atomic_int events, inside, most_inside;
static HCS_SYSTEM one, two;

static void CALLBACK count_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    atomic_fetch_add(&events, 1);
}

static void CALLBACK slow_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    int now = atomic_fetch_add(&inside, 1) + 1;
    if (now > atomic_load(&most_inside))
        atomic_store(&most_inside, now);
    usleep(100000);
    atomic_fetch_sub(&inside, 1);
    atomic_fetch_add(&events, 1);
}

static void start_terminate(HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsTerminateComputeSystem(system, operation, NULL));
    HcsCloseOperation(operation);
}

Test(event, close_waits_for_a_running_callback)
{
    /* L1, H-11 */
    one = make_system(u"l1", CONTAINER, true);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, slow_event));
    start_terminate(one);
    cr_assert(reaches(&inside, 1));
    HcsCloseComputeSystem(one);
    cr_expect_eq(atomic_load(&inside), 0);
    cr_expect_eq(atomic_load(&events), 1);
    expect_nothing_left();
}

Test(event, close_delivers_an_exit_that_came_before)
{
    /* L1, E-14 */
    for (int i = 0; i < 100; i++) {
        HCS_SYSTEM system = make_system(u"drain", CONTAINER, true);
        must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, count_event));
        must(terminate_system(system));
        HcsCloseComputeSystem(system);
        cr_assert_eq(atomic_load(&events), i + 1);
    }
    expect_nothing_left();
}

static void CALLBACK close_own(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    HcsCloseComputeSystem(one);
    atomic_fetch_add(&events, 1);
}

Test(event, close_inside_its_own_callback_does_not_wait, .timeout = 20)
{
    /* L1, H-13 */
    one = make_system(u"self", CONTAINER, true);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, close_own));
    start_terminate(one);
    cr_expect(reaches(&events, 1));
    expect_nothing_left();
}

static atomic_int met;

/* Both callbacks run before either closes the other's handle. */
static void CALLBACK close_other(HCS_EVENT *event, void *context)
{
    (void)event;
    atomic_fetch_add(&met, 1);
    reaches(&met, 2);
    HcsCloseComputeSystem(context ? two : one);
    atomic_fetch_add(&events, 1);
}

Test(event, callbacks_that_close_each_other_do_not_deadlock, .timeout = 20)
{
    /* L1: blocked in a close that waits for the caller */
    one = make_system(u"mutual1", CONTAINER, true);
    two = make_system(u"mutual2", CONTAINER, true);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, &one, close_other));
    must(HcsSetComputeSystemCallback(two, HcsEventOptionNone, NULL, close_other));
    start_terminate(one);
    start_terminate(two);
    cr_expect(reaches(&events, 2));
}

Test(event, clearing_waits_and_drops)
{
    /* L1, E-05 */
    one = make_system(u"clear", CONTAINER, true);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, slow_event));
    start_terminate(one);
    cr_assert(reaches(&inside, 1));
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, NULL));
    cr_expect_eq(atomic_load(&inside), 0);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, count_event));
    cr_expect(reaches(&events, 2), "a new registration gets the exit again (E-03)");
    HcsCloseComputeSystem(one);
}

/* C-06: on threads of the library */
Test(event, handles_run_in_parallel_and_each_in_order)
{
    /* E-11 */
    HCS_SYSTEM handles[4];
    handles[0] = make_system(u"parallel", CONTAINER, true);
    for (int i = 1; i < 4; i++)
        must(HcsOpenComputeSystem(u"parallel", GENERIC_ALL, &handles[i]));
    for (int i = 0; i < 4; i++)
        must(HcsSetComputeSystemCallback(handles[i], HcsEventOptionNone, NULL, slow_event));
    must(terminate_system(handles[0]));
    cr_expect(reaches(&events, 4));
    cr_expect_gt(atomic_load(&most_inside), 1);
    for (int i = 0; i < 4; i++)
        HcsCloseComputeSystem(handles[i]);
    expect_nothing_left();
}

static HCS_EVENT_TYPE order[16];

static void CALLBACK note_order(HCS_EVENT *event, void *context)
{
    (void)context;
    order[atomic_load(&events)] = event->Type;
    atomic_fetch_add(&events, 1);
}

Test(event, crash_events_come_in_their_order)
{
    /* E-18 */
    one = make_system(u"crash", VM_WITH_GUEST, true);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, note_order));
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsCrashComputeSystem(one, operation, NULL), operation));
    cr_assert(reaches(&events, 4));
    cr_expect_eq(order[0], HcsEventSystemCrashInitiated);
    cr_expect_eq(order[1], HcsEventSystemCrashReport);
    cr_expect_eq(order[2], HcsEventSystemGuestConnectionClosed);
    cr_expect_eq(order[3], HcsEventSystemExited);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(one);
}

static HCS_OPERATION seen;

static void CALLBACK close_operation_of_event(HCS_EVENT *event, void *context)
{
    (void)context;
    if (event->Type != HcsEventOperationCallback)
        return;
    seen = event->Operation;
    HcsCloseOperation(event->Operation);
    atomic_fetch_add(&events, 1);
}

Test(event, operation_events_cover_what_began_through_the_handle)
{
    /* L6, L2: the event's operation may be closed inside the callback */
    one = make_system(u"l6", CONTAINER, false);
    must(HcsOpenComputeSystem(u"l6", GENERIC_ALL, &two));
    must(HcsSetComputeSystemCallback(one, HcsEventOptionEnableOperationCallbacks, NULL, close_operation_of_event));
    HCS_OPERATION through_two = HcsCreateOperation(NULL, NULL), through_one = HcsCreateOperation(NULL, NULL);
    must(finish(HcsGetComputeSystemProperties(two, through_two, NULL), through_two));
    must(HcsStartComputeSystem(one, through_one, NULL));
    cr_assert(reaches(&events, 1));
    cr_expect_eq(seen, through_one);
    usleep(50000);
    cr_expect_eq(atomic_load(&events), 1);
    HcsCloseOperation(through_two);
    HcsCloseComputeSystem(two);
    drop_system(one);
    expect_nothing_left();
}

Test(event, a_read_result_is_not_announced_at_registration)
{
    /* L6 */
    one = make_system(u"l6read", CONTAINER, false);
    HCS_OPERATION read = HcsCreateOperation(NULL, NULL), unread = HcsCreateOperation(NULL, NULL);
    must(finish(HcsGetComputeSystemProperties(one, read, NULL), read));
    must(HcsGetComputeSystemProperties(one, unread, NULL));
    HcsWaitForComputeSystemExit(one, 100, NULL);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionEnableOperationCallbacks, NULL, close_operation_of_event));
    cr_assert(reaches(&events, 1));
    cr_expect_eq(seen, unread);
    usleep(50000);
    cr_expect_eq(atomic_load(&events), 1);
    HcsCloseOperation(read);
    drop_system(one);
}

static void CALLBACK close_in_completion(HCS_OPERATION operation, void *context)
{
    (void)context;
    HcsCloseOperation(operation);
    atomic_fetch_add(&events, 1);
}

Test(event, completion_callback_may_close_its_operation, .timeout = 20)
{
    /* L2, O-17, O-19, R-31 */
    for (int i = 0; i < 50; i++)
        must(HcsEnumerateComputeSystems(NULL, HcsCreateOperation(NULL, close_in_completion)));
    cr_expect(reaches(&events, 50));
    expect_nothing_left();
}

Test(event, no_completion_callback_after_the_close)
{
    /* L2, R-30 */
    for (int i = 0; i < 50; i++) {
        HCS_OPERATION operation = HcsCreateOperation(NULL, close_in_completion);
        must(HcsEnumerateComputeSystems(NULL, operation));
        HcsCloseOperation(operation);
        int after = atomic_load(&events);
        usleep(200);
        cr_expect_eq(atomic_load(&events), after);
    }
}

static HRESULT waited;

/* A callback may wait for any operation. */
static void CALLBACK wait_inside(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    waited = finish(HcsEnumerateComputeSystems(NULL, operation), operation);
    HcsCloseOperation(operation);
    atomic_fetch_add(&events, 1);
}

Test(event, callback_may_wait_for_an_operation, .timeout = 20)
{
    one = make_system(u"waiter", CONTAINER, true);
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, wait_inside));
    must(terminate_system(one));
    cr_expect(reaches(&events, 1));
    cr_expect_eq(waited, S_OK);
    HcsCloseComputeSystem(one);
}

Test(event, late_registration_gets_the_exit_on_every_kind_of_handle)
{
    /* E-03, C-26, R-05, R-06 */
    HCS_PROCESS_INFORMATION information;
    one = make_system(u"late", CONTAINER, true);
    HCS_PROCESS process = make_process(one, u"{\"CommandLine\":\"true\"}", &information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    must(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, count_event));
    cr_expect(reaches(&events, 1));
    must(terminate_system(one));
    must(HcsSetComputeSystemCallback(one, HcsEventOptionNone, NULL, count_event));
    cr_expect(reaches(&events, 2));
    HcsCloseProcess(process);
    HcsCloseComputeSystem(one);
    expect_nothing_left();
}
