/* computecored: one host for several client processes. */
#include "base/files/files.h"
#include "daemon.h"
#include "include/HcsSim.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

TestSuite(daemon, .init = daemon_begin, .fini = daemon_end, .timeout = 300);

static void WINAPI count_exits(HCS_EVENT *event, void *context)
{
    if (event->Type == HcsEventSystemExited)
        atomic_fetch_add(&((struct shared *)context)->exits, 1);
}

static int create_and_end(struct shared *shared)
{
    HCS_SYSTEM system = running_system(u"both", CONTAINER);
    atomic_store(&shared->step, 1);
    if (!system || !reach(shared, 2) || FAILED(terminate_system(system)))
        return 1;
    HcsCloseComputeSystem(system);
    return 0;
}

/* HCS-ROW: H-16 */
Test(daemon, what_one_client_creates_another_opens_and_hears_of)
{
    struct shared *shared = share();
    HCS_SYSTEM system;
    pid_t creator = other_client(create_and_end, shared);
    cr_assert(reach(shared, 1));
    must(HcsOpenComputeSystem(u"both", GENERIC_ALL, &system));
    must(HcsSetComputeSystemCallback(system, HcsEventOptionNone, shared, count_exits));
    atomic_store(&shared->step, 2);
    must(HcsWaitForComputeSystemExit(system, INFINITE, NULL));
    expect_right(creator);
    cr_expect(reaches(&shared->exits, 1));
    HcsCloseComputeSystem(system);
    cr_expect_eq(HcsOpenComputeSystem(u"both", GENERIC_ALL, &system), HCS_E_SYSTEM_NOT_FOUND);
}

static int create_and_stay(struct shared *shared)
{
    if (!running_system(u"orphan", LAST_HANDLE_CONTAINER))
        return 1;
    atomic_store(&shared->step, 1);
    for (;;)
        nap();
}

Test(daemon, a_client_that_dies_closes_its_handles)
{
    struct shared *shared = share();
    HCS_SYSTEM system;
    pid_t child = other_client(create_and_stay, shared);
    cr_assert(reach(shared, 1));
    must(HcsOpenComputeSystem(u"orphan", GENERIC_ALL, &system));
    kill(child, SIGKILL);
    cr_expect_eq(waitpid(child, NULL, 0), child);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, 50, NULL), HCS_E_OPERATION_TIMEOUT, "a handle is left: ours");
    HcsCloseComputeSystem(system);
    HRESULT gone = S_OK;
    for (int i = 0; SUCCEEDED(gone) && i < MANY_LOOKS; i++) {
        nap();
        gone = HcsOpenComputeSystem(u"orphan", GENERIC_ALL, &system);
        if (SUCCEEDED(gone))
            HcsCloseComputeSystem(system);
    }
    cr_expect_eq(gone, HCS_E_SYSTEM_NOT_FOUND);
}

Test(daemon, output_comes_through_a_descriptor_that_was_passed)
{
    char text[64];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"output", CONTAINER, true);
    HCS_PROCESS process =
        make_process(system, u"{\"CommandLine\":\"cmd /c echo Hello\",\"CreateStdOutPipe\":true}", &information);
    ssize_t length = read((int)(intptr_t)information.StdOutput, text, sizeof text - 1);
    cr_assert_gt(length, 0);
    text[length] = 0;
    cr_expect_str_eq(text, "Hello\r\n");
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    close((int)(intptr_t)information.StdOutput);
    HcsCloseProcess(process);
    drop_system(system);
}

/* HCS-ROW: H-22 */
Test(daemon, a_process_needs_no_handle_of_its_system)
{
    HCS_PROCESS_INFORMATION information;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = make_system(u"closed", CONTAINER, true), again;
    HCS_PROCESS process = make_process(system, ENDLESS, &information);
    HcsCloseComputeSystem(system);
    cr_expect_eq(finish(HcsGetProcessProperties(process, operation, NULL), operation), S_OK);
    cr_expect_eq(finish(HcsTerminateProcess(process, operation, NULL), operation), S_OK);
    cr_expect_eq(HcsWaitForProcessExit(process, 5000, NULL), S_OK);
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    must(HcsOpenComputeSystem(u"closed", GENERIC_ALL, &again));
    drop_system(again);
    expect_nothing_left();
}

/* A document with an owner of nine mebibytes, from malloc. */
static PWSTR long_owner(void)
{
    enum { LONG = 9 << 20 };
    static const char16_t head[] = u"{\"Owner\":\"",
                          tail[] = u"\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}";
    size_t before = sizeof head / sizeof *head - 1;
    PWSTR text = malloc((before + LONG) * sizeof *text + sizeof tail);
    memcpy(text, head, sizeof head);
    for (size_t i = 0; i < LONG; i++)
        text[before + i] = 'a';
    memcpy(text + before + LONG, tail, sizeof tail);
    return text;
}

Test(daemon, a_result_that_no_message_holds_fails_its_call_alone)
{
    PWSTR document = long_owner(), result = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM one = make_system(u"one", document, false);
    must(finish(HcsEnumerateComputeSystems(NULL, operation), operation));
    HCS_SYSTEM other = make_system(u"other", document, false);
    cr_expect_eq(HcsEnumerateComputeSystems(NULL, operation), S_OK);
    cr_expect_eq(
        HcsWaitForOperationResult(operation, INFINITE, &result), HCS_E_OPERATION_RESULT_ALLOCATION_FAILED, "18 MiB");
    LocalFree(result);
    must(finish(HcsEnumerateComputeSystems(u"{\"Ids\":[\"other\"]}", operation), operation));
    must(finish(HcsStartComputeSystem(one, operation, NULL), operation));
    must(terminate_system(one));
    must(terminate_system(other));
    HcsCloseComputeSystem(one);
    HcsCloseComputeSystem(other);
    HcsCloseOperation(operation);
    free(document);
}

/* HCS-ROW: R-01 */
Test(daemon, a_daemon_that_goes_is_a_restart_of_the_service)
{
    HCS_SYSTEM system = make_system(u"restart", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    kill(daemon_process, SIGKILL);
    cr_expect_eq(waitpid(daemon_process, NULL, 0), daemon_process);
    cr_expect_eq(HcsWaitForComputeSystemExit(system, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    must(HcsGetOperationType(operation) == HcsOperationTypeNone ? S_OK : E_FAIL);
    daemon_start();
    cr_expect_eq(finish(HcsPauseComputeSystem(system, operation, NULL), operation), HCS_E_SERVICE_DISCONNECT);
    HcsCloseComputeSystem(system);
    system = make_system(u"restart", CONTAINER, true);
    drop_system(system);
    HcsCloseOperation(operation);
}

Test(daemon, a_client_of_another_version_is_refused_with_one_line)
{
    int made = raw_connect();
    struct wire_hello hello = {.oldest = 1000, .newest = 1001};
    struct message answer;
    cr_assert_eq(
        message_send(made, &(struct message){.kind = WIRE_HELLO, .text = (char *)&hello, .length = sizeof hello}),
        MESSAGE_DONE);
    cr_assert_eq(message_receive(made, &answer), MESSAGE_DONE);
    cr_expect_eq(answer.kind, WIRE_REFUSED);
    cr_expect(answer.text && strstr(answer.text, "1000 to 1001"), "%s", answer.text);
    message_drop(&answer);
    cr_expect_eq(message_receive(made, &answer), MESSAGE_ENDED);
    close(made);
}

/* --- what tests ask of the simulator there --- */

Test(daemon, its_clock_moves_as_far_as_it_is_told_to)
{
    UINT64 seed = 7;
    must(HcsSimReset(u"{\"time\":\"Manual\",\"clients\":1}", &seed));
    cr_expect_eq(HcsSimSeed(), 7);
    cr_expect_eq(HcsSimNow(), 0);
    must(HcsSimAdvance(1000000));
    cr_expect_eq(HcsSimNow(), 1000000);
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"moved", CONTAINER, operation, NULL, &system));
    cr_expect_eq(HcsWaitForOperationResult(operation, 100, NULL), HCS_E_OPERATION_TIMEOUT);
    must(HcsSimAdvance(60000000000u));
    must(HcsWaitForOperationResult(operation, 0, NULL));
    cr_expect_eq(HcsSimNow(), 60001000000u);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

Test(daemon, a_fresh_start_needs_a_client_that_is_alone_and_holds_nothing)
{
    HCS_SYSTEM system = make_system(u"held", CONTAINER, true);
    cr_expect_eq(HcsSimReset(NULL, NULL), HCS_E_INVALID_STATE);
    drop_system(system);
    int other = raw_greeted();
    cr_expect_eq(HcsSimReset(NULL, NULL), HCS_E_INVALID_STATE);
    close(other);
    HRESULT result = HCS_E_INVALID_STATE;
    for (int i = 0; result == HCS_E_INVALID_STATE && i < MANY_LOOKS; i++, nap())
        result = HcsSimReset(NULL, NULL);
    must(result);
    cr_expect_eq(HcsSimNow(), 0);
    drop_system(make_system(u"held", CONTAINER, true));
}

Test(daemon, a_simulator_that_can_not_begin_anew_serves_nobody_until_it_can)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HcsCloseOperation(operation);
    cr_expect_eq(HcsSimReset(u"{\"clients\":\"many\"}", NULL), E_INVALIDARG);
    operation = HcsCreateOperation(NULL, NULL);
    cr_expect_eq(finish(HcsEnumerateComputeSystems(NULL, operation), operation), HCS_E_SERVICE_NOT_AVAILABLE);
    HcsCloseOperation(operation);
    must(HcsSimReset(NULL, NULL));
    drop_system(make_system(u"again", CONTAINER, true));
}

Test(daemon, it_writes_a_trace_where_the_client_says)
{
    char16_t path[400];
    UINT64 hash = 1;
    const char *file = daemon_path("daemon.trace");
    for (size_t i = 0; i == 0 || path[i - 1]; i++)
        path[i] = (char16_t)file[i];
    must(HcsSimTrace(path, &hash));
    cr_expect_eq(hash, 0);
    drop_system(make_system(u"traced", CONTAINER, true));
    must(HcsSimTrace(NULL, &hash));
    cr_expect_neq(hash, 0);
    cr_expect_eq(access(file, R_OK), 0);
}

/* Waits for the operation; any result will do. */
static void play_call(HRESULT called, HCS_OPERATION operation)
{
    if (SUCCEEDED(called))
        (void)HcsWaitForOperationResult(operation, INFINITE, NULL);
}

/* --- users --- */

enum { OTHER_USER = 65534 };

/* Opens, creates and enumerates as another user. Returns how many of these did not go as they must. */
static int act_as_other_user(struct shared *shared)
{
    PWSTR document = NULL;
    HCS_SYSTEM system = NULL;
    char text[400];
    int wrong = 0;
    if (!reach(shared, 1) || setresgid(OTHER_USER, OTHER_USER, OTHER_USER) ||
        setresuid(OTHER_USER, OTHER_USER, OTHER_USER))
        return 100;
    wrong += HcsOpenComputeSystem(u"of-root", GENERIC_ALL, &system) != HCS_E_SYSTEM_NOT_FOUND;
    wrong += !running_system(u"of-other", CONTAINER);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    wrong += FAILED(HcsEnumerateComputeSystems(NULL, operation)) ||
             FAILED(HcsWaitForOperationResult(operation, INFINITE, &document));
    take_text(document, text, sizeof text);
    wrong += !strstr(text, "of-other") || strstr(text, "of-root");
    wrong += HcsSimAdvance(1) != E_ACCESSDENIED;
    HcsCloseOperation(operation);
    atomic_store(&shared->step, 2);
    return reach(shared, 3) ? wrong : 100;
}

Test(daemon, a_user_sees_own_systems_and_root_all)
{
    if (geteuid() != 0)
        cr_skip_test("only root can be two users");
    struct shared *shared = share();
    cr_assert_eq(chmod(daemon_path(""), 0755) + chmod(daemon_socket, 0666), 0);
    pid_t other = other_client(act_as_other_user, shared);
    HCS_SYSTEM own = make_system(u"of-root", CONTAINER, true), system;
    atomic_store(&shared->step, 1);
    cr_assert(reach(shared, 2));
    must(HcsOpenComputeSystem(u"of-other", GENERIC_ALL, &system));
    drop_system(system);
    drop_system(own);
    atomic_store(&shared->step, 3);
    expect_right(other);
}

/* --- one outcome for several clients --- */

enum { CLIENTS = 8, RUNS = 20 };

/* $DAEMON_RUNS asks for more runs than the default. */
static unsigned run_count(void)
{
    const char *given = getenv("DAEMON_RUNS");
    return given ? (unsigned)strtoul(given, NULL, 10) : RUNS;
}

/* The time of all is over at the same time; what they do then depends on whose is over first. */
static void race_for_one(PCWSTR own)
{
    HCS_OPERATION waits = HcsCreateOperation(NULL, NULL), operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = NULL, shared = NULL;
    if (SUCCEEDED(HcsCreateComputeSystem(own, CONTAINER, waits, NULL, &system)))
        (void)HcsWaitForOperationResult(waits, 1, NULL);
    play_call(HcsCreateComputeSystem(u"shared", CONTAINER, operation, NULL, &shared), operation);
    (void)HcsWaitForOperationResult(waits, INFINITE, NULL);
    play_call(HcsTerminateComputeSystem(shared, operation, NULL), operation);
    play_call(HcsTerminateComputeSystem(system, operation, NULL), operation);
    HcsCloseComputeSystem(shared);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(waits);
    HcsCloseOperation(operation);
}

/* What a client does: a system of its own, and the end of its neighbour's, if that is there already. */
static int play_client(struct shared *unused)
{
    unsigned number = (unsigned)strtoul(getenv("COMPUTECORE_CLIENT"), NULL, 10);
    char16_t own[] = u"of-0", other[] = u"of-0";
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    own[3] = (char16_t)(u'0' + number);
    other[3] = (char16_t)(u'0' + number % CLIENTS + 1);
    race_for_one(own);
    for (int round = 0; round < 3; round++) {
        HCS_SYSTEM system = NULL, neighbour;
        play_call(HcsCreateComputeSystem(own, CONTAINER, operation, NULL, &system), operation);
        play_call(HcsStartComputeSystem(system, operation, NULL), operation);
        if (SUCCEEDED(HcsOpenComputeSystem(other, GENERIC_ALL, &neighbour))) {
            play_call(HcsTerminateComputeSystem(neighbour, operation, NULL), operation);
            HcsCloseComputeSystem(neighbour);
        }
        (void)HcsWaitForComputeSystemExit(system, number * 10, NULL);
        play_call(HcsTerminateComputeSystem(system, operation, NULL), operation);
        HcsCloseComputeSystem(system);
    }
    HcsCloseOperation(operation);
    (void)unused;
    return 0;
}

/* Eight clients of a new daemon; its trace, which the caller frees. */
static char *run_clients(unsigned run)
{
    char number[8], engine[300];
    pid_t children[CLIENTS];
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":8}", 1);
    setenv("COMPUTECORE_TRACE", daemon_path("clients.trace"), 1);
    snprintf(daemon_socket, sizeof daemon_socket, "%s", daemon_path("clients.sock"));
    daemon_start();
    unsetenv("COMPUTECORE_SCENARIO");
    unsetenv("COMPUTECORE_TRACE");
    snprintf(engine, sizeof engine, "unix:%s", daemon_socket);
    setenv("COMPUTECORE_ENGINE", engine, 1);
    for (unsigned i = 0; i < CLIENTS; i++) { /* in another order each time */
        unsigned client = (i + run) % CLIENTS + 1;
        snprintf(number, sizeof number, "%u", client);
        setenv("COMPUTECORE_CLIENT", number, 1);
        children[i] = other_client(play_client, NULL);
    }
    for (unsigned i = 0; i < CLIENTS; i++)
        expect_right(children[i]);
    daemon_end();
    size_t length;
    return file_read(daemon_path("clients.trace"), 64 << 20, &length);
}

Test(clients, numbered_ones_give_one_trace_however_fast_they_are, .timeout = 3600)
{
    unsigned count = run_count();
    char *first = run_clients(0);
    cr_assert(first && strstr(first, "\"client\":8"), "no trace, or not of all");
    for (unsigned run = 1; run < count; run++) {
        char *next = run_clients(run);
        cr_assert(next && !strcmp(first, next), "the trace of run %u is another than that of run 0", run);
        free(next);
    }
    free(first);
}
