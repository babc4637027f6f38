/* Traces of a simulated host that several client processes share: hcs-sim replays all of them from one file, whatever
   became of the clients. */
#include "base/files/files.h"
#include "daemon.h"
#include "include/HcsSim.h"
#include <signal.h>
#include <sys/wait.h>

TestSuite(replay, .timeout = 300);

/* A daemon that records, for as many numbered clients as the scenario says. */
static void begin(const char *scenario)
{
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    setenv("COMPUTECORE_TRACE", daemon_path("shared.trace"), 1);
    daemon_begin();
    unsetenv("COMPUTECORE_SCENARIO");
    unsetenv("COMPUTECORE_TRACE");
}

static pid_t client(unsigned number, int (*act)(struct shared *shared), struct shared *shared)
{
    char text[12];
    snprintf(text, sizeof text, "%u", number);
    setenv("COMPUTECORE_CLIENT", text, 1);
    pid_t process = other_client(act, shared);
    unsetenv("COMPUTECORE_CLIENT");
    return process;
}

static unsigned count(const char *text, const char *word)
{
    unsigned found = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        found++;
    return found;
}

/* Ends the daemon and replays its trace without a difference; the caller frees the trace. */
static char *replayed(void)
{
    char command[400], said[600] = "";
    size_t length;
    daemon_end();
    snprintf(command, sizeof command, HCS_SIM " replay %s 2>&1", daemon_path("shared.trace"));
    FILE *output = popen(command, "r");
    cr_assert_not_null(output);
    said[fread(said, 1, sizeof said - 1, output)] = 0;
    cr_expect_eq(pclose(output), 0, "%s", said);
    cr_expect(strstr(said, "no difference"), "%s", said);
    char *trace = file_read(daemon_path("shared.trace"), 64 << 20, &length);
    cr_assert_not_null(trace);
    return trace;
}

/* Everything that a client does, with what its number makes of it. */
static int live(struct shared *unused)
{
    unsigned number = (unsigned)strtoul(getenv("COMPUTECORE_CLIENT"), NULL, 10);
    char16_t own[] = u"of-0";
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    PWSTR document = NULL;
    (void)unused;
    own[3] = (char16_t)(u'0' + number);
    for (int round = 0; round < 2; round++) {
        HCS_SYSTEM system = running_system(own, LAST_HANDLE_CONTAINER), other = NULL;
        HCS_PROCESS process = NULL;
        HCS_PROCESS_INFORMATION information = {0};
        if (SUCCEEDED(HcsCreateProcess(system,
                u"{\"CommandLine\":\"cmd /c echo Hello\",\"CreateStdOutPipe\":true,\"CreateStdInPipe\":true}",
                operation, NULL, &process)))
            (void)HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL);
        (void)HcsWaitForProcessExit(process, 20 * number, NULL);
        (void)finish(HcsGetProcessProperties(process, operation, NULL), operation);
        if (SUCCEEDED(HcsEnumerateComputeSystems(NULL, operation)))
            (void)HcsWaitForOperationResult(operation, INFINITE, &document);
        LocalFree(document);
        document = NULL;
        if (SUCCEEDED(HcsOpenComputeSystem(u"of-1", GENERIC_ALL, &other)))
            (void)finish(HcsPauseComputeSystem(other, operation, NULL), operation);
        HcsCloseComputeSystem(other);
        close((int)(intptr_t)information.StdOutput);
        close((int)(intptr_t)information.StdInput);
        HcsCloseProcess(process);
        if (number % 2)
            (void)terminate_system(system);
        HcsCloseComputeSystem(system);
    }
    HcsCloseOperation(operation);
    return 0;
}

/* Ends as programs do: exit() tells the daemon. */
static int live_and_end(struct shared *shared)
{
    exit(live(shared));
}

Test(replay, of_clients_that_create_share_and_close)
{
    enum { CLIENTS = 4 };
    pid_t clients[CLIENTS];
    begin("{\"clients\":4}");
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = client(i + 1, i % 2 ? live : live_and_end, NULL);
    for (unsigned i = 0; i < CLIENTS; i++)
        expect_right(clients[i]);
    char *trace = replayed();
    for (unsigned i = 1; i <= CLIENTS; i++) {
        char name[20];
        snprintf(name, sizeof name, "\"client\":%u,", i);
        cr_expect_geq(count(trace, name), 20, "client %u stands on few lines", i);
    }
    cr_expect_eq(count(trace, "\"leaves\":\"ended\""), 2);
    cr_expect_eq(count(trace, "\"leaves\":\"killed\""), 2);
    free(trace);
}

/* Connects, and counts itself in shared->exits. The clock waits for as many clients as the scenario says: whoever is
   killed before all are there has never been one of them. */
static int live_connected(struct shared *shared)
{
    (void)HcsSimNow();
    atomic_fetch_add(&shared->exits, 1);
    return live(NULL);
}

static int live_for_ever(struct shared *shared)
{
    (void)live_connected(shared);
    while (live(NULL) == 0)
        ;
    return 1;
}

/* Clients are killed at random moments; what the others do afterwards is replayed, too. */
Test(replay, of_clients_that_are_killed, .timeout = 240)
{
    struct shared *shared = share();
    unsigned state = 1;
    for (int round = 0; round < 10; round++) {
        begin("{\"clients\":3}");
        atomic_store(&shared->exits, 0);
        pid_t killed = client(2, live_for_ever, shared), first = client(1, live_connected, shared),
              third = client(3, live_connected, shared);
        cr_assert(reaches(&shared->exits, 3));
        state = state * 1103515245 + 12345;
        usleep((state >> 16) % 30000);
        kill(killed, SIGKILL);
        cr_assert_eq(waitpid(killed, NULL, 0), killed);
        expect_right(first);
        expect_right(third);
        char *trace = replayed();
        cr_expect(strstr(trace, "\"client\":2,\"leaves\":\"killed\""), "it does not say who was killed");
        free(trace);
    }
}

/* Without numbers, and without a say in when the clock moves. */
Test(replay, of_clients_without_a_number)
{
    begin("{}");
    pid_t first = client(0, live, NULL), second = client(0, live_and_end, NULL);
    expect_right(first);
    expect_right(second);
    char *trace = replayed();
    cr_expect(strstr(trace, "\"client\":0,\"connection\":2"), "they can't be told apart");
    free(trace);
}

static int live_and_move_the_clock(struct shared *unused)
{
    (void)unused;
    HCS_SYSTEM system = running_system(u"moved", LAST_HANDLE_CONTAINER);
    HCS_PROCESS process = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    int wrong =
        !system || FAILED(finish(HcsCreateProcess(system, u"{\"CommandLine\":\"sleep 5\"}", operation, NULL, &process),
                       operation));
    UINT64 before = HcsSimNow();
    wrong += FAILED(HcsSimAdvance(UINT64_C(7000000000))) + (HcsSimNow() < before + UINT64_C(7000000000));
    wrong += FAILED(HcsWaitForProcessExit(process, 0, NULL));
    wrong += FAILED(terminate_system(system));
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return wrong;
}

/* What changes the simulated host while it runs is a request like any other, and an input of the trace. */
Test(replay, of_a_client_that_moves_the_clock)
{
    begin("{\"clients\":1}");
    expect_right(client(1, live_and_move_the_clock, NULL));
    free(replayed());
    begin("{}");
    expect_right(client(0, live_and_move_the_clock, NULL));
    free(replayed());
}

/* Latencies and faults change between its calls. */
static int change_between_calls(struct shared *unused)
{
    (void)unused;
    HCS_SYSTEM system = make_system(u"changed", CONTAINER, false);
    HRESULT changed = HcsSimScenario(u"{\"latencies\":{\"HcsStartComputeSystem\":{\"uniformUs\":[70000000,90000000]}},"
                                     u"\"faults\":[{\"call\":\"HcsTerminateComputeSystem\",\"effect\":\"Fail\","
                                     u"\"hresult\":\"E_FAIL\",\"times\":1}]}");
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsStartComputeSystem(system, operation, NULL), operation));
    HcsCloseOperation(operation);
    HRESULT failed = terminate_system(system);
    drop_system(system);
    return FAILED(changed) || failed != E_FAIL || HcsSimNow() < 70000000000u;
}

Test(replay, a_scenario_that_changes)
{
    begin("{\"clients\":1,\"seed\":8}");
    expect_right(client(1, change_between_calls, share()));
    char *trace = replayed();
    cr_expect_eq(count(trace, "\"scenario\":{\"digest\""), 1);
    free(trace);
}
