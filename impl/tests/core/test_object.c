/* Systems and processes behind their handles. */
#include "../client.h"

static bool exists(PCWSTR id)
{
    HCS_SYSTEM system = NULL;
    HRESULT result = HcsOpenComputeSystem(id, GENERIC_ALL, &system);
    HcsCloseComputeSystem(system);
    return SUCCEEDED(result);
}

/* Virtual time advances while a client waits. */
static void let_time_pass(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (int i = 0; i < 400; i++)
        finish(HcsEnumerateComputeSystems(NULL, operation), operation);
    HcsCloseOperation(operation);
}

Test(object, last_close_terminates_a_system_that_asks_for_it)
{
    /* L5, H-15 */
    HCS_SYSTEM system = make_system(u"last", CONTAINER_ON_CLOSE, true), second;
    must(HcsOpenComputeSystem(u"last", GENERIC_ALL, &second));
    HcsCloseComputeSystem(system);
    let_time_pass();
    cr_expect(exists(u"last"), "another handle keeps it");
    must(HcsOpenComputeSystem(u"last", GENERIC_ALL, &system));
    HcsCloseComputeSystem(system);
    HcsCloseComputeSystem(second);
    let_time_pass();
    cr_expect_not(exists(u"last"));
    expect_nothing_left();
}

Test(object, process_handles_do_not_keep_a_system)
{
    /* L5, H-22 */
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"l5", CONTAINER_ON_CLOSE, true);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    HcsCloseComputeSystem(system);
    PWSTR status = NULL;
    must(HcsWaitForProcessExit(process, INFINITE, &status));
    LocalFree(status);
    cr_expect_not(exists(u"l5"));
    HcsCloseProcess(process);
    expect_nothing_left();
}

Test(object, last_close_during_create_and_start_terminates_after_it)
{
    /* L5 */
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"during", CONTAINER_ON_CLOSE, operation, NULL, &system));
    HcsCloseComputeSystem(system);
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), S_OK);
    let_time_pass();
    cr_expect_not(exists(u"during"));
    system = make_system(u"during", CONTAINER_ON_CLOSE, false);
    must(HcsStartComputeSystem(system, operation, NULL));
    HcsCloseComputeSystem(system);
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), S_OK);
    let_time_pass();
    cr_expect_not(exists(u"during"));
    HcsCloseOperation(operation);
    expect_nothing_left();
}

Test(object, system_without_the_flag_lives_on_without_a_handle)
{
    /* H-14, H-17 */
    HcsCloseComputeSystem(make_system(u"stays", CONTAINER, true));
    let_time_pass();
    HCS_SYSTEM system;
    must(HcsOpenComputeSystem(u"stays", GENERIC_ALL, &system));
    drop_system(system);
    expect_nothing_left();
}

Test(object, exit_status_stays_readable_while_a_handle_is_open)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"status", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"cmd /c exit 3\"}", &information);
    must(terminate_system(system));
    for (int i = 0; i < 3; i++) {
        PWSTR status = NULL, exit = NULL;
        must(HcsWaitForProcessExit(process, INFINITE, &status));
        must(HcsWaitForComputeSystemExit(system, 0, &exit));
        cr_expect(status && exit);
        LocalFree(status);
        LocalFree(exit);
    }
    HcsCloseComputeSystem(system);
    must(HcsWaitForProcessExit(process, 0, NULL));
    HcsCloseProcess(process);
    expect_nothing_left();
}

static size_t objects(void)
{
    core_lock();
    size_t count = object_count();
    core_unlock();
    return count;
}

Test(object, systems_processes_and_handles_are_counted_while_they_are_there)
{
    HCS_PROCESS_INFORMATION information;
    size_t before = objects();
    HCS_SYSTEM system = make_system(u"counted", CONTAINER, true);
    cr_expect_eq(objects(), before + 2, "a system and its handle");
    HCS_PROCESS process = make_process(system, ENDLESS, &information), again;
    cr_expect_eq(objects(), before + 3, "a process has the handle of its creator inside");
    must(HcsOpenProcess(system, information.ProcessId, GENERIC_ALL, &again));
    cr_expect_eq(objects(), before + 4, "another handle");
    HcsCloseProcess(again);
    HcsCloseProcess(process);
    must(terminate_system(system));
    HcsCloseComputeSystem(system);
    cr_expect_eq(objects(), before);
    expect_nothing_left();
}

Test(object, hostile_ids_are_refused_or_taken_whole)
{
    static const WCHAR unpaired[] = {0xD800, 0}, next_line[] = {0x85, 0};
    static const WCHAR *const refused[] = {u"", u"a\nb", u"\x7f", next_line, unpaired};
    static const WCHAR *const taken[] = {u"../../etc", u"%s%n", u"\u00e4\U0001F600", u"a b", u"{\"x\":1}"};
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        HCS_SYSTEM system = (HCS_SYSTEM)1;
        cr_expect_eq(
            HcsCreateComputeSystem(refused[i], CONTAINER, operation, NULL, &system), E_INVALIDARG, "id %zu", i);
        cr_expect_null(system);
    }
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        HCS_SYSTEM system = make_system(taken[i], CONTAINER, false);
        PWSTR document = NULL;
        must(HcsGetComputeSystemProperties(system, operation, NULL));
        must(HcsWaitForOperationResult(operation, INFINITE, &document));
        LocalFree(document);
        drop_system(system);
    }
    HcsCloseOperation(operation);
    expect_nothing_left();
}

Test(object, functions_that_are_not_there_say_so)
{
    cr_expect_eq(HcsFinalizeLiveMigration(NULL, NULL, NULL), E_NOTIMPL);
}
