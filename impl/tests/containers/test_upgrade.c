/* Upgrades and downgrades of computecored under load: the next daemon is of this version and of one that is a version
   later (its protocol, its keepers), in turns. Clients work all the while, and a system that was there at the beginning
   goes on: its process writes on into the pipe that its client has, processes with pipes and with a console are made in
   it whoever made its keeper, and what clients saw is explained by some order (hcs-sim check). UPGRADES=100 in the
   environment: so many changes instead of 10. */
#include "containers.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 2, CHANGES = 10, LIMIT_S = 60, LINE_BYTES = 16 };

/* --- the clients beside --- */

static volatile sig_atomic_t stops;

static void stop(int number)
{
    (void)number;
    stops = 1;
}

static bool run_in(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    HRESULT result = HcsCreateProcess(system, u"{\"CommandLine\":\"sh -c 'exit 5'\"}", operation, NULL, &process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL);
    if (SUCCEEDED(result))
        result = HcsWaitForProcessExit(process, INFINITE, NULL);
    HcsCloseProcess(process);
    return SUCCEEDED(result);
}

/* Any answer will do: the check of the histories says whether it could be. */
static void live(unsigned number)
{
    char id[40];
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    snprintf(id, sizeof id, "upgraded-%d-%u", (int)getpid(), number);
    HRESULT result = finish(HcsCreateComputeSystem(wide(id), CONTAINER, operation, NULL, &system), operation);
    if (SUCCEEDED(result))
        result = finish(HcsStartComputeSystem(system, operation, NULL), operation);
    while (SUCCEEDED(result) && !stops && run_in(system, operation))
        ;
    if (FAILED(finish(HcsTerminateComputeSystem(system, operation, NULL), operation))) { /* it has another daemon now */
        HcsCloseComputeSystem(system);
        system = NULL;
        for (int i = 0; i < 400 && HcsOpenComputeSystem(wide(id), GENERIC_ALL, &system) != S_OK; i++)
            nap();
        (void)finish(HcsTerminateComputeSystem(system, operation, NULL), operation);
    }
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
}

static pid_t start_client(unsigned index)
{
    char path[200];
    snprintf(path, sizeof path, "%s/history-%u.jsonl", scratch(), index);
    pid_t client = fork();
    cr_assert_geq(client, 0);
    if (client)
        return client;
    signal(SIGTERM, stop);
    setenv("COMPUTECORE_TRACE", path, 1);
    for (unsigned number = 0; !stops; number++)
        live(number);
    _exit(0);
}

static void end_client(pid_t client)
{
    int status = -1;
    kill(client, SIGTERM);
    for (int i = 0; i < LIMIT_S * 200 && waitpid(client, &status, WNOHANG) == 0; i++)
        nap();
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a client ended with %x", (unsigned)status);
}

/* --- the system that goes on --- */

static HCS_SYSTEM open_system(PCWSTR id)
{
    HCS_SYSTEM system = NULL;
    for (int i = 0; FAILED(HcsOpenComputeSystem(id, GENERIC_ALL, &system)) && i < 2000; i++)
        nap();
    cr_assert(system, "the system is not there");
    return system;
}

static void expect_it_works(PCWSTR id, unsigned change)
{
    char text[64];
    HCS_SYSTEM system = open_system(id);
    cr_expect_eq(run(system, "sh -c 'echo piped; exit 3'", "", text, sizeof text), 3);
    cr_expect_str_eq(text, "piped\n", "change %u", change);
    cr_expect_eq(run(system, "sh -c 'test -t 0 && echo console'", ",\"EmulateConsole\":true,\"CreateStdInPipe\":true",
                     text, sizeof text),
        0, "change %u", change);
    cr_expect_str_eq(text, "console\r\n", "change %u", change);
    HcsCloseComputeSystem(system);
}

static void change_daemon(unsigned change)
{
    daemon_stop();
    setenv("COMPUTECORED", change % 2 ? COMPUTECORED : COMPUTECORED_LATER, 1);
    daemon_start();
    expect_it_works(u"lasting", change);
    if (!change) /* the keeper of this one is a version later */
        HcsCloseComputeSystem(make_system(u"later", CONTAINER, true));
    expect_it_works(u"later", change);
}

/* The numbers that the process has written, from 1 on, and no other. */
static void expect_all_numbers(HANDLE stream)
{
    FILE *output = fdopen((int)(intptr_t)stream, "r");
    unsigned long expected = 0;
    char line[LINE_BYTES];
    cr_assert_not_null(output);
    while (fgets(line, sizeof line, output) && strcmp(line, "end\n") != 0)
        cr_assert_eq(strtoul(line, NULL, 10), ++expected, "%s", line);
    cr_expect_str_eq(line, "end\n");
    cr_expect_gt(expected, 0);
    fclose(output);
}

static void expect_histories_hold(void)
{
    static char text[1 << 16];
    ask_shell("cd $SCRATCH; " HCS_SIM " check history-*.jsonl >verdict 2>&1 && cat verdict >&2 || cat verdict", text,
        sizeof text);
    cr_expect_str_empty(text, "what clients saw: %s", text);
}

static void begin(void)
{
    unsetenv("COMPUTECORED");
    containers_begin();
}

TestSuite(upgrade, .init = begin, .fini = containers_end, .timeout = 3600);

Test(upgrade, systems_processes_and_pipes_go_on_whichever_daemon_is_next)
{
    const char *wanted = getenv("UPGRADES");
    unsigned changes = wanted ? (unsigned)strtoul(wanted, NULL, 10) : CHANGES;
    pid_t clients[CLIENTS];
    HCS_PROCESS_INFORMATION information;
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = start_client(i);
    HCS_SYSTEM system = make_system(u"lasting", CONTAINER, true);
    HCS_PROCESS process = make_process(system,
        u"{\"CommandLine\":\"sh -c 'i=0; while [ ! -e /tmp/end ]; do i=$((i+1)); echo $i; sleep 0.05; done; echo end; "
        u"exit "
        u"9'\",\"CreateStdOutPipe\":true}",
        &information);
    for (unsigned change = 0; change < changes; change++)
        change_daemon(change);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    for (unsigned i = 0; i < CLIENTS; i++)
        end_client(clients[i]);
    drop_system(open_system(u"later"));
    system = open_system(u"lasting");
    must(HcsOpenProcess(system, information.ProcessId, GENERIC_ALL, &process));
    char text[16];
    cr_expect_eq(run(system, "touch /tmp/end", "", text, sizeof text), 0);
    expect_all_numbers(information.StdOutput);
    cr_expect_eq(exit_code(process), 9);
    HcsCloseProcess(process);
    drop_system(system);
    expect_histories_hold();
}

/* What this version can't read is not its own: neither its container nor its folder is touched. */
Test(upgrade, a_state_of_a_later_version_is_left_as_it_is)
{
    char text[64];
    HCS_SYSTEM system = make_system(u"lasting", CONTAINER, true), other;
    HcsCloseComputeSystem(system);
    daemon_stop();
    ask_shell("sed -i 's/\\(\"version\":[^0-9]*\\)1/\\19/' $SCRATCH/state/systems/*/state.json", text, sizeof text);
    daemon_start();
    HRESULT opened = S_OK;
    for (int i = 0; opened != HCS_E_SYSTEM_NOT_FOUND && i < 2000; i++, nap()) /* until there is a connection again */
        opened = HcsOpenComputeSystem(u"lasting", GENERIC_ALL, &system);
    cr_expect_eq(opened, HCS_E_SYSTEM_NOT_FOUND, "0x%08X", (unsigned)opened);
    other = make_system(u"other", CONTAINER, true);
    drop_system(other);
    daemon_stop();
    ask_shell("sed -i 's/\\(\"version\":[^0-9]*\\)9/\\11/' $SCRATCH/state/systems/*/state.json", text, sizeof text);
    daemon_start();
    expect_it_works(u"lasting", 0);
    drop_system(open_system(u"lasting"));
}
