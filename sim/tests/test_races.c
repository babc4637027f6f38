/* Races of the fault plan that no single call shows: a service that restarts, exits that are never told. */
#include "../../impl/tests/client.h"
#include "include/HcsSim.h"

static void begin_with(const char *faults)
{
    char scenario[512];
    snprintf(scenario, sizeof scenario, "{\"clients\":1,\"faults\":[%s]}", faults);
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    must(HcsSimReset(NULL, NULL));
}

static atomic_int disconnects, exits;

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)context;
    atomic_fetch_add(&disconnects, event->Type == HcsEventServiceDisconnect);
    atomic_fetch_add(&exits, event->Type == HcsEventSystemExited || event->Type == HcsEventProcessExited);
}

static HRESULT state_of(HCS_SYSTEM system, char *state, size_t size)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    PWSTR document = NULL;
    HRESULT result = HcsGetComputeSystemProperties(system, operation, NULL);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, INFINITE, &document);
    take_text(document, state, size);
    HcsCloseOperation(operation);
    return result;
}

/* R-01, O-28, E-16, E-20, W-06 */
Test(races, a_restart_of_the_service_cuts_handles_off_and_lets_systems_live)
{
    char state[2000];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM again, other;
    begin_with("{\"call\":\"HcsGetComputeSystemProperties\",\"effect\":\"Disconnect\",\"times\":1}");
    HCS_SYSTEM system = make_system(u"restart", CONTAINER, true), starting;
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    must(HcsSetProcessCallback(process, HcsEventOptionNone, NULL, on_event));
    HCS_OPERATION start = HcsCreateOperation(NULL, NULL), pause = HcsCreateOperation(NULL, NULL);
    must(finish(HcsCreateComputeSystem(u"starting", VM_WITH_GUEST, start, NULL, &starting), start));
    must(HcsStartComputeSystem(starting, start, NULL));
    must(HcsGetComputeSystemProperties(system, pause, NULL));
    cr_expect_eq(HcsGetOperationResult(start, NULL), HCS_E_SERVICE_DISCONNECT, "what was under way has failed");
    cr_expect_eq(HcsWaitForOperationResult(pause, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    cr_expect(reaches(&disconnects, 2), "a system and a process callback");
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    cr_expect_eq(HcsWaitForProcessExit(process, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    cr_expect_eq(HcsTerminateComputeSystem(system, pause, NULL), HCS_E_SERVICE_DISCONNECT);
    cr_expect_eq(HcsOpenProcess(system, 1000, GENERIC_ALL, &process), HCS_E_SERVICE_DISCONNECT);

    must(HcsOpenComputeSystem(u"restart", GENERIC_ALL, &again));
    must(state_of(again, state, sizeof state));
    cr_expect(strstr(state, "\"Running\""), "%s", state);
    must(HcsOpenComputeSystem(u"starting", GENERIC_ALL, &other));
    must(state_of(other, state, sizeof state));
    cr_expect(strstr(state, "\"Running\""), "what was starting has started: %s", state);
    must(HcsSetComputeSystemCallback(starting, HcsEventOptionNone, NULL, on_event));
    cr_expect(reaches(&disconnects, 3), "told late, too");
    must(terminate_system(again));
    must(terminate_system(other));
    cr_expect_eq(atomic_load(&exits), 0, "old handles hear of nothing else");
    HcsCloseOperation(start);
    HcsCloseOperation(pause);
}

/* */
Test(races, a_lost_exit_is_found_by_looking_alone)
{
    char state[2000];
    begin_with("{\"call\":\"HcsTerminateComputeSystem\",\"effect\":\"LoseExit\"}");
    HCS_SYSTEM system = make_system(u"lost", CONTAINER, true);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    must(terminate_system(system));
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 60000, NULL), HCS_E_OPERATION_TIMEOUT);
    must(state_of(system, state, sizeof state));
    cr_expect(strstr(state, "\"Stopped\""), "%s", state);
    cr_expect_eq(atomic_load(&exits), 0);
    HcsCloseComputeSystem(system);
    expect_nothing_left();
}

/* */
Test(races, a_process_may_end_without_a_word_and_keep_its_output_open)
{
    HCS_PROCESS_INFORMATION information;
    char byte;
    begin_with("{\"call\":\"HcsTerminateProcess\",\"effect\":\"LoseExit\",\"times\":1},"
               "{\"call\":\"HcsTerminateProcess\",\"effect\":\"LoseEndOfOutput\"}");
    HCS_SYSTEM system = make_system(u"silent", CONTAINER, true);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    must(terminate_process(process));
    cr_expect_eq(HcsWaitForProcessExit(process, 60000, NULL), HCS_E_OPERATION_TIMEOUT);
    HcsCloseProcess(process);
    process = make_process(
        system, u"{\"CommandLine\":\"cmd /c more\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}", &information);
    must(terminate_process(process));
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    struct platform_watch watch = {(platform_stream)(intptr_t)information.StdOutput, false, false};
    cr_expect_eq(platform_poll(&watch, 1, NULL, 50), 0, "no end of file");
    HcsCloseProcess(process);
    cr_expect_leq(platform_client_read(watch.stream, &byte, 1), 0, "with the process, the stream goes");
    drop_system(system);
}
