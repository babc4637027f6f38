/* The choice of the engine, and what calls answer when there is none. */
#include "../client.h"
#include <criterion/redirect.h>

static void expect_no_service(void)
{
    HCS_SYSTEM system = (HCS_SYSTEM)1;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(HcsCreateComputeSystem(u"none", CONTAINER, operation, NULL, &system), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_null(system);
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(HcsOpenComputeSystem(u"none", GENERIC_ALL, &system), HCS_E_SERVICE_NOT_AVAILABLE);
    HcsCloseOperation(operation);
}

Test(engines, an_unknown_engine_is_named_once, .init = cr_redirect_stderr)
{
    setenv("COMPUTECORE_ENGINE", "hyperspace", 1);
    expect_no_service();
    fflush(stderr);
    cr_assert_stderr_eq_str("computecore: there is no engine 'hyperspace'; COMPUTECORE_ENGINE may be sim, host or "
                            "unix:PATH\n");
}

Test(engines, a_bad_scenario_is_named_once, .init = cr_redirect_stderr)
{
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":\"one\"}", 1);
    expect_no_service();
    fflush(stderr);
    cr_assert_stderr_eq_str(
        "computecore: scenario in COMPUTECORE_SCENARIO: line 1, column 12: $.clients: expected an integer from 0 to "
        "4294967295, found the string \"one\"\n");
}

Test(engines, a_build_that_is_none_is_named_once, .init = cr_redirect_stderr)
{
    setenv("COMPUTECORE_OS_BUILD", "9600", 1);
    expect_no_service();
    fflush(stderr);
    cr_assert_stderr_eq_str("computecore: COMPUTECORE_OS_BUILD must be a Windows build from 17763 on, not '9600'\n");
}

Test(engines, the_build_decides_which_schema_versions_a_call_takes)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    PCWSTR newer = u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":5},\"Container\":{}}";
    setenv("COMPUTECORE_OS_BUILD", "19041", 1);
    must(HcsCreateComputeSystem(u"new", newer, operation, NULL, &system));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), HCS_E_INVALID_JSON);
    HcsCloseComputeSystem(system);
    drop_system(make_system(u"old", CONTAINER, false));
    HcsCloseOperation(operation);
    expect_nothing_left();
}

Test(engines, a_build_lacks_what_came_later)
{
    setenv("COMPUTECORE_OS_BUILD", "17763", 1);
    HCS_SYSTEM system = make_system(u"old", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    PWSTR document = (PWSTR)(uintptr_t)1;
    cr_expect_eq(HcsCrashComputeSystem(system, operation, NULL), HRESULT_ERROR_PROC_NOT_FOUND);
    cr_expect_eq(HcsGetOperationType(operation), HcsOperationTypeNone, "the call leaves no trace");
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 0, &document), HRESULT_ERROR_PROC_NOT_FOUND);
    cr_expect_null(document);
    cr_expect_eq(HcsWaitForProcessExit(NULL, 0, NULL), HRESULT_ERROR_PROC_NOT_FOUND);
    HcsCloseOperation(operation);
    drop_system(system);
    expect_nothing_left();
}

Test(engines, the_environment_is_read_at_the_first_call)
{
    setenv("COMPUTECORE_ENGINE", "sim", 1);
    drop_system(make_system(u"first", CONTAINER, false));
    setenv("COMPUTECORE_ENGINE", "hyperspace", 1);
    drop_system(make_system(u"second", CONTAINER, false));
    expect_nothing_left();
}

Test(engines, it_can_be_closed_with_work_under_way)
{
    HCS_SYSTEM system = make_system(u"close", CONTAINER, true);
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    core_lock();
    core_engine()->operations->close(core_engine());
    core_abandon(); /* otherwise the pump would still call the closed engine */
    core_unlock();
    (void)process;
}
