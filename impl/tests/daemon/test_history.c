/* What clients of one service saw is held against the model of the API, all of it together and on one clock: clients
   that work on each other's systems at the same time, and some of them killed. */
#include "daemon.h"
#include <signal.h>
#include <sys/wait.h>

enum { CLIENTS = 4, ROUNDS = 12 };

TestSuite(history, .init = daemon_begin, .fini = daemon_end, .timeout = 300);

static HCS_OPERATION operation;

static void use_process(HCS_SYSTEM system, unsigned number)
{
    static const PCWSTR documents[] = {u"{\"CommandLine\":\"cmd /c exit 3\"}", u"{\"CommandLine\":\"sleep 5\"}",
        u"{\"CommandLine\":\"ping -t host\"}"};
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    HRESULT result = HcsCreateProcess(system, documents[number % 3], operation, NULL, &process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL);
    if (SUCCEEDED(result) && number % 3 == 2)
        (void)finish(HcsTerminateProcess(process, operation, NULL), operation);
    if (SUCCEEDED(result))
        (void)HcsWaitForProcessExit(process, 20, NULL);
    (void)finish(HcsGetProcessProperties(process, operation, NULL), operation);
    HcsCloseProcess(process);
}

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
}

/* Whoever finds no such system makes it; then each does something else with it. */
static void share_system(PCWSTR id, unsigned number)
{
    HCS_SYSTEM system = NULL;
    if (FAILED(HcsOpenComputeSystem(id, GENERIC_ALL, &system)) &&
        FAILED(finish(HcsCreateComputeSystem(id, LAST_HANDLE_CONTAINER, operation, NULL, &system), operation))) {
        HcsCloseComputeSystem(system);
        return;
    }
    (void)HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event);
    if (number % 4)
        (void)finish(HcsStartComputeSystem(system, operation, NULL), operation);
    use_process(system, number);
    if (SUCCEEDED(HcsEnumerateComputeSystems(NULL, operation)))
        (void)finish(S_OK, operation);
    if (number % 3 == 0)
        (void)finish(HcsTerminateComputeSystem(system, operation, NULL), operation);
    if (number % 5 == 0)
        (void)HcsWaitForComputeSystemExit(system, 5, NULL);
    HcsCloseComputeSystem(system);
}

static int live(struct shared *shared)
{
    static const PCWSTR ids[] = {u"a", u"b"};
    unsigned client = (unsigned)atomic_fetch_add(&shared->step, 1);
    char path[200];
    snprintf(path, sizeof path, "%s.%u", getenv("HISTORY"), client);
    setenv("COMPUTECORE_TRACE", path, 1);
    operation = HcsCreateOperation(NULL, NULL);
    atomic_fetch_add(&shared->exits, 1); /* its history has begun */
    for (unsigned i = 0; i < ROUNDS; i++)
        share_system(ids[(client + i) % 2], client * 7 + i);
    HcsCloseOperation(operation);
    exit(0); /* as programs end: the histories are whole */
}

static void begin(pid_t clients[CLIENTS])
{
    struct shared *shared = share();
    setenv("HISTORY", daemon_path("history"), 1);
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = other_client(live, shared);
    for (unsigned i = 0; atomic_load(&shared->exits) < CLIENTS && i < MANY_LOOKS; i++)
        nap();
}

static void expect_order(const char *options)
{
    char command[400], said[4000];
    snprintf(command, sizeof command, HCS_SIM " check %s %s.* 2>&1", options, daemon_path("history"));
    FILE *output = popen(command, "r");
    cr_assert_not_null(output);
    said[fread(said, 1, sizeof said - 1, output)] = 0;
    cr_expect_eq(pclose(output), 0, "%s", said);
    cr_expect(strstr(said, "4 clients, 2 systems"), "%s", said);
}

Test(history, of_clients_that_share_systems_has_an_order)
{
    pid_t clients[CLIENTS];
    begin(clients);
    for (unsigned i = 0; i < CLIENTS; i++)
        expect_right(clients[i]);
    expect_order("--closed");
}

/* A client that is killed loses its handles, and may have asked for more than it was answered. */
Test(history, of_clients_that_are_killed_has_an_order)
{
    pid_t clients[CLIENTS];
    begin(clients);
    for (unsigned i = 0; i < CLIENTS / 2; i++) {
        for (int j = 0; j < 4; j++)
            nap();
        kill(clients[i], SIGKILL);
        cr_assert_eq(waitpid(clients[i], NULL, 0), clients[i]);
    }
    for (unsigned i = CLIENTS / 2; i < CLIENTS; i++)
        expect_right(clients[i]);
    expect_order("--closed");
}
