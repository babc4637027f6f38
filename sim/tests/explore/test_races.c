/* Races of the fault plan that no single call shows: a service that restarts, exits that are never reported. */
#include "../../../impl/tests/client.h"
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

/* F-20 */
Test(races, a_restart_of_the_service_is_told_to_processes_before_their_system)
{
    char path[] = "/tmp/hcs-order-XXXXXX", state[2000], line[1000];
    char16_t wide[sizeof path];
    HCS_PROCESS_INFORMATION information;
    unsigned order = 0; /* a decimal digit for each handle that is told: 1 for a process, 2 for the system */
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof path; i++)
        wide[i] = (char16_t)path[i];
    begin_with("{\"call\":\"HcsGetComputeSystemProperties\",\"effect\":\"Disconnect\"}");
    must(HcsSimTrace((PWSTR)wide, NULL));
    HCS_SYSTEM system = make_system(u"order", CONTAINER, true);
    HCS_PROCESS one = make_process(system, ENDLESS, &information), other = make_process(system, ENDLESS, &information);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    must(HcsSetProcessCallback(one, HcsEventOptionNone, NULL, on_event));
    must(HcsSetProcessCallback(other, HcsEventOptionNone, NULL, on_event));
    cr_expect_eq(state_of(system, state, sizeof state), HCS_E_SERVICE_DISCONNECT);
    must(HcsSimTrace(NULL, NULL));
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file))
        if (strstr(line, "\"event\":\"HcsEventServiceDisconnect\",\"of\":"))
            order = order * 10 + (strstr(line, "[\"p") ? 1 : 2);
    cr_assert_eq(fclose(file), 0);
    unlink(path);
    cr_expect_eq(order, 112, "%u", order);
    HcsCloseProcess(one);
    HcsCloseProcess(other);
    HcsCloseComputeSystem(system);
}

/* R-01, H-25 */
Test(races, a_create_that_meets_a_restart_leaves_no_system)
{
    HCS_SYSTEM system, other, dying;
    begin_with(
        "{\"call\":\"HcsCreateComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"HCS_E_SYSTEM_NOT_FOUND\",\"nth\":1},"
        "{\"call\":\"HcsCreateComputeSystem\",\"effect\":\"Disconnect\",\"nth\":2},"
        "{\"call\":\"HcsGetComputeSystemProperties\",\"effect\":\"Disconnect\",\"times\":1}");
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL), query = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"dying", CONTAINER, operation, NULL, &dying));
    must(HcsGetComputeSystemProperties(dying, query, NULL));
    cr_expect_eq(HcsWaitForOperationResult(query, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT, "it was its system's end");
    cr_expect_eq(HcsGetOperationResult(operation, NULL), HCS_E_SERVICE_DISCONNECT);
    must(HcsCreateComputeSystem(u"cut", CONTAINER, operation, NULL, &system));
    cr_expect_eq(HcsWaitForOperationResult(operation, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    cr_expect_eq(HcsOpenComputeSystem(u"cut", GENERIC_ALL, &other), HCS_E_SYSTEM_NOT_FOUND);
    cr_expect_eq(HcsStartComputeSystem(system, operation, NULL), HCS_E_SERVICE_DISCONNECT);
    HcsCloseComputeSystem(system);
    HcsCloseComputeSystem(dying);
    HcsCloseOperation(operation);
    HcsCloseOperation(query);
    expect_nothing_left();
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

/* */
Test(races, a_connection_that_closes_fails_what_the_guest_was_asked_for)
{
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS other;
    begin_with("{\"call\":\"HcsGetProcessProperties\",\"effect\":\"CloseConnection\"}");
    HCS_SYSTEM system = make_system(u"cut", CONTAINER, true);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    HCS_OPERATION create = HcsCreateOperation(NULL, NULL), properties = HcsCreateOperation(NULL, NULL);
    must(HcsCreateProcess(system, ENDLESS, create, NULL, &other));
    must(HcsGetProcessProperties(process, properties, NULL));
    cr_expect_eq(HcsWaitForOperationResult(create, INFINITE, NULL), HCS_E_CONNECTION_CLOSED, "what was under way");
    cr_expect_eq(HcsWaitForOperationResult(properties, INFINITE, NULL), HCS_E_CONNECTION_CLOSED);
    cr_expect(reaches(&exits, 1), "the system exits after it");
    HcsCloseOperation(create);
    HcsCloseOperation(properties);
    HcsCloseProcess(other);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    expect_nothing_left();
}

/* */
Test(races, an_exit_may_be_told_late)
{
    char state[2000];
    HCS_PROCESS_INFORMATION information;
    begin_with("{\"call\":\"HcsTerminateComputeSystem\",\"effect\":\"DelayExit\",\"delayMs\":5000},"
               "{\"call\":\"HcsTerminateProcess\",\"effect\":\"DelayExit\",\"delayMs\":1000}");
    HCS_SYSTEM system = make_system(u"late", CONTAINER, true);
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    must(terminate_process(process));
    cr_expect_eq(HcsWaitForProcessExit(process, 900, NULL), HCS_E_OPERATION_TIMEOUT);
    must(HcsWaitForProcessExit(process, 200, NULL));
    must(terminate_system(system));
    must(state_of(system, state, sizeof state));
    cr_expect(strstr(state, "\"Stopped\""), "%s", state);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 4900, NULL), HCS_E_OPERATION_TIMEOUT);
    must(HcsWaitForComputeSystemExit(system, 200, NULL));
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    expect_nothing_left();
}

Test(races, a_late_exit_is_not_told_to_those_who_have_closed)
{
    begin_with("{\"call\":\"HcsTerminateComputeSystem\",\"effect\":\"DelayExit\",\"delayMs\":5000}");
    HCS_SYSTEM system = make_system(u"late", CONTAINER, true);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    must(terminate_system(system));
    HcsCloseComputeSystem(system);
    system = make_system(u"late", CONTAINER, true); /* the id is free, and its first system sends no event */
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 10000, NULL), HCS_E_OPERATION_TIMEOUT);
    cr_expect_eq(atomic_load(&exits), 0);
    must(terminate_system(system));
    HcsCloseComputeSystem(system);
    expect_nothing_left();
}

/* */
Test(races, a_wait_for_an_exit_may_have_no_status)
{
    PWSTR status = NULL;
    begin_with("{\"call\":\"HcsTerminateComputeSystem\",\"effect\":\"LoseStatus\"}");
    HCS_SYSTEM system = make_system(u"lost", CONTAINER, true);
    must(terminate_system(system));
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, &status), HCS_E_SYSTEM_ALREADY_STOPPED);
    cr_expect_null(status);
    HcsCloseComputeSystem(system);
}

#define DEAF u"{\"CommandLine\":\"deaf\"}"

/* P-35, P-36 */
Test(races, a_signal_may_wait_for_the_exit_and_kills_behind_it)
{
    HCS_PROCESS_INFORMATION information;
    setenv("COMPUTECORE_SCENARIO",
        "{\"clients\":1,\"programs\":[{\"name\":\"deaf\",\"runMs\":60000,\"ignoresSignals\":true}],"
        "\"faults\":[{\"call\":\"HcsSignalProcess\",\"effect\":\"AwaitExit\"}]}",
        1);
    must(HcsSimReset(NULL, NULL));
    HCS_SYSTEM system = make_system(u"slow", CONTAINER, true);
    HCS_PROCESS process = make_process(system, DEAF, &information), kind = make_process(system, ENDLESS, &information);
    HCS_OPERATION signal = HcsCreateOperation(NULL, NULL), kill = HcsCreateOperation(NULL, NULL);
    must(HcsSignalProcess(process, signal, NULL));
    must(HcsTerminateProcess(process, kill, NULL));
    cr_expect_eq(HcsWaitForOperationResult(kill, 30000, NULL), HCS_E_OPERATION_TIMEOUT);
    cr_expect_eq(HcsWaitForProcessExit(process, 0, NULL), HCS_E_OPERATION_TIMEOUT, "the kill has had no effect");
    must(HcsWaitForOperationResult(signal, INFINITE, NULL));
    must(HcsWaitForOperationResult(kill, INFINITE, NULL));
    must(HcsWaitForProcessExit(process, 0, NULL));
    must(finish(HcsSignalProcess(kind, signal, NULL), signal)); /* a process that obeys the signal causes no wait */
    HcsCloseOperation(signal);
    HcsCloseOperation(kill);
    HcsCloseProcess(process);
    HcsCloseProcess(kind);
    drop_system(system);
}

/* */
Test(races, a_new_process_may_end_at_once)
{
    HCS_PROCESS_INFORMATION information;
    char status[200];
    PWSTR document = NULL;
    begin_with("{\"call\":\"HcsCreateProcess\",\"effect\":\"EndProcess\",\"exitCode\":3221225786,\"nth\":2}");
    HCS_SYSTEM system = make_system(u"tty", CONTAINER, true);
    HCS_PROCESS first = make_process(system, ENDLESS, &information),
                second = make_process(system, ENDLESS, &information);
    must(HcsWaitForProcessExit(second, INFINITE, &document));
    take_text(document, status, sizeof status);
    cr_expect(strstr(status, "\"ExitCode\":3221225786"), "%s", status);
    cr_expect_eq(HcsWaitForProcessExit(first, 0, NULL), HCS_E_OPERATION_TIMEOUT);
    HcsCloseProcess(first);
    HcsCloseProcess(second);
    drop_system(system);
}

static atomic_int in_callback, may_leave;

static void CALLBACK on_exit_slowly(HCS_EVENT *event, void *context)
{
    (void)context;
    if (event->Type != HcsEventSystemExited)
        return;
    atomic_store(&in_callback, 1);
    while (!atomic_load(&may_leave))
        usleep(1000);
}

/* R-26, E-23 */
Test(races, an_end_may_wait_for_the_callbacks_that_hear_of_it)
{
    begin_with("{\"call\":\"HcsTerminateComputeSystem\",\"effect\":\"AwaitCallback\"}");
    HCS_SYSTEM system = make_system(u"blocked", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_exit_slowly));
    must(HcsTerminateComputeSystem(system, operation, NULL));
    must(HcsWaitForComputeSystemExit(system, INFINITE, NULL));
    cr_expect(reaches(&in_callback, 1));
    cr_expect_eq(HcsGetOperationResult(operation, NULL), HCS_E_OPERATION_PENDING);
    cr_expect_eq(HcsWaitForOperationResult(operation, 20000, NULL), HCS_E_OPERATION_TIMEOUT);
    atomic_store(&may_leave, 1);
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
    expect_nothing_left();
}

/* */
Test(races, rules_ask_for_states_and_for_what_was_a_moment_ago)
{
    char text[200];
    HCS_SYSTEM again;
    begin_with("{\"call\":\"HcsGetComputeSystemProperties\",\"effect\":\"Fail\",\"hresult\":\"ERROR_NOT_FOUND\","
               "\"state\":\"Stopping\"},"
               "{\"call\":\"HcsCreateComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"HCS_E_SYSTEM_ALREADY_EXISTS\","
               "\"withinMsOfExit\":500},"
               "{\"call\":\"HcsPauseComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"ERROR_NOT_READY\","
               "\"withinMsOfStart\":1000},"
               "{\"effect\":\"Fail\",\"hresult\":\"E_ACCESSDENIED\",\"fromMs\":3600000}");
    HCS_SYSTEM system = make_system(u"moment", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL), end = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(finish(HcsPauseComputeSystem(system, operation, NULL), operation), HRESULT_ERROR_NOT_READY);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 1000, NULL), HCS_E_OPERATION_TIMEOUT);
    must(finish(HcsPauseComputeSystem(system, operation, NULL), operation));
    must(finish(HcsResumeComputeSystem(system, operation, NULL), operation));
    must(HcsTerminateComputeSystem(system, end, NULL));
    cr_expect_eq(state_of(system, text, sizeof text), HRESULT_ERROR_NOT_FOUND);
    must(HcsWaitForOperationResult(end, INFINITE, NULL));
    HcsCloseComputeSystem(system);
    cr_expect_eq(finish(HcsCreateComputeSystem(u"MOMENT", CONTAINER, operation, NULL, &again), operation),
        HCS_E_SYSTEM_ALREADY_EXISTS);
    must(HcsSimAdvance(500000000));
    system = make_system(u"moment", CONTAINER, false);
    must(HcsSimAdvance(3600000000000));
    cr_expect_eq(terminate_system(system), E_ACCESSDENIED);
    HcsCloseOperation(operation);
    HcsCloseOperation(end);
}

/* S-17: a call that the state refuses can fail with another error, hang, or end the system */
Test(races, a_rule_before_the_check_meets_what_the_state_refuses)
{
    begin_with("{\"call\":\"HcsShutDownComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"E_ACCESSDENIED\",\"nth\":1},"
               "{\"call\":\"HcsShutDownComputeSystem\",\"effect\":\"Fail\",\"hresult\":\"ERROR_NOT_READY\","
               "\"before\":\"check\",\"nth\":2},"
               "{\"call\":\"HcsShutDownComputeSystem\",\"effect\":\"Hang\",\"state\":\"Running\",\"nth\":3}");
    HCS_SYSTEM system = make_system(u"shadow", VM_WITH_GUEST, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL), hangs = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(finish(HcsShutDownComputeSystem(system, operation, NULL), operation), HRESULT_ERROR_NOT_SUPPORTED);
    cr_expect_eq(finish(HcsShutDownComputeSystem(system, operation, NULL), operation), HRESULT_ERROR_NOT_READY);
    must(HcsShutDownComputeSystem(system, hangs, NULL));
    cr_expect_eq(HcsWaitForOperationResult(hangs, 60000, NULL), HCS_E_OPERATION_TIMEOUT);
    must(terminate_system(system));
    cr_expect_eq(HcsGetOperationResult(hangs, NULL), HRESULT_ERROR_NOT_SUPPORTED, "it ends as the state has it");
    HcsCloseOperation(operation);
    HcsCloseOperation(hangs);
    HcsCloseComputeSystem(system);
    expect_nothing_left();
}
