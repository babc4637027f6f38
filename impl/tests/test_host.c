/* The host model before a backend that is not the simulator: what it asks for is done later, by another thread. */
#include "client.h"
#include "core/engines.h"
#include "later.h"

static HRESULT reset(void)
{
    core_lock();
    HRESULT result = core_reset(&(struct engine_options){NULL, 0, false});
    core_unlock();
    return result;
}

static void choose(void)
{
    setenv("COMPUTECORE_ENGINE", later_engine.name, 1);
    engines_add(&later_engine);
}

static void leave(void)
{
    must(reset());
    expect_nothing_left();
}

TestSuite(host, .init = choose, .fini = leave);

static void properties(HCS_SYSTEM system, PCWSTR query, char text[1024])
{
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsGetComputeSystemProperties(system, operation, query));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, text, 1024);
    HcsCloseOperation(operation);
}

Test(host, a_lifecycle_is_done_by_another_thread)
{
    char text[1024];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"life", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    cr_expect_eq(information.ProcessId, 7, "the id is the backend's");
    cr_expect_eq(finish(HcsPauseComputeSystem(system, operation, NULL), operation), S_OK);
    cr_expect_eq(finish(HcsResumeComputeSystem(system, operation, NULL), operation), S_OK);
    properties(system, u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\"]}", text);
    cr_expect_not_null(strstr(text, "\"ImageName\":\"program 7\""), "%s", text);
    cr_expect_not_null(strstr(text, "\"MemoryUsageCommitBytes\":1,"), "%s", text);
    cr_expect_eq(terminate_process(process), S_OK);
    cr_expect_eq(HcsWaitForProcessExit(process, INFINITE, NULL), S_OK);
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(host, a_start_that_fails_leaves_an_exited_system)
{
    HCS_SYSTEM system = make_system(u"start", CONTAINER, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_fail(E_FAIL);
    core_unlock();
    cr_expect_eq(finish(HcsStartComputeSystem(system, operation, NULL), operation), E_FAIL);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), S_OK);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

Test(host, a_pause_that_fails_leaves_the_system_running)
{
    char text[1024];
    HCS_SYSTEM system = make_system(u"pause", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_fail(E_FAIL);
    core_unlock();
    cr_expect_eq(finish(HcsPauseComputeSystem(system, operation, NULL), operation), E_FAIL);
    properties(system, NULL, text);
    cr_expect_not_null(strstr(text, "\"State\":\"Running\""), "%s", text);
    HcsCloseOperation(operation);
    drop_system(system);
}

Test(host, ends_are_told_by_the_backend_and_end_what_is_pending)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"ends", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_PROCESS first = make_process(system, ENDLESS, &information), second;
    core_lock();
    later_end_process("ends", information.ProcessId, 5);
    later_hold(true);
    core_unlock();
    cr_expect_eq(HcsWaitForProcessExit(first, INFINITE, NULL), S_OK);
    must(HcsCreateProcess(system, ENDLESS, operation, NULL, &second));
    core_lock();
    later_end_system("ends"); /* while it is being spawned */
    later_hold(false);
    core_unlock();
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), HCS_E_TERMINATED);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), S_OK);
    HcsCloseOperation(operation);
    HcsCloseProcess(first);
    HcsCloseProcess(second);
    HcsCloseComputeSystem(system);
}

Test(host, a_terminate_overtakes_a_start)
{
    HCS_SYSTEM system = make_system(u"overtaken", CONTAINER, false);
    HCS_OPERATION start = HcsCreateOperation(NULL, NULL), end = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_hold(true);
    core_unlock();
    must(HcsStartComputeSystem(system, start, NULL));
    must(HcsTerminateComputeSystem(system, end, NULL));
    core_lock();
    later_hold(false);
    core_unlock();
    cr_expect_eq(HcsWaitForOperationResult(end, INFINITE, NULL), S_OK);
    cr_expect_eq(HcsWaitForOperationResult(start, INFINITE, NULL), HCS_E_TERMINATED_DURING_START);
    HcsCloseOperation(start);
    HcsCloseOperation(end);
    HcsCloseComputeSystem(system);
}

Test(host, what_is_pending_is_answered_when_it_is_closed)
{
    HCS_SYSTEM system = make_system(u"closed", CONTAINER, false);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    core_lock();
    later_hold(true);
    core_unlock();
    must(HcsStartComputeSystem(system, operation, NULL));
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
    must(reset());
    expect_nothing_left();
}
