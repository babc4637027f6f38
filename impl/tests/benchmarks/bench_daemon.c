/* What computecored costs its clients: a call beside a bare round trip between two processes, a lifecycle beside one of
   the simulator in the process, calls a second of one client and of eight, the first answer of a daemon that has to be
   started, and its memory for 10,000 systems. bench-host has the output through a descriptor that was passed. Each
   figure is taken in a process of its own, so that each begins with a client that has not called yet.
   usage: bench-daemon COMPUTECORED */
#include "benchmark.h"
#include <computecore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define PROCESS u"{\"CommandLine\":\"cmd /c exit 0\"}"

enum { CALLS = 20000, TOGETHER = 64, LIFECYCLES = 3000, CLIENTS = 8, STARTS = 20, SYSTEMS = 10000, NAME_BYTES = 32 };

static const char *computecored;
static char folder[] = "/tmp/bench-daemon-XXXXXX", path[64], engine[72];
static pid_t daemon_process;

static void must(HRESULT result, const char *what)
{
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "bench-daemon: %s answered 0x%08X\n", what, (unsigned)result);
    exit(2);
}

static void fail(const char *what)
{
    fprintf(stderr, "bench-daemon: %s: ", what);
    perror(NULL);
    exit(2);
}

/* --- the daemon --- */

static void start_daemon(void)
{
    int ends[2];
    char word;
    if (pipe(ends))
        fail("pipe");
    daemon_process = fork();
    if (daemon_process == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        execl(
            computecored, computecored, "--foreground", "--log-level", "info", "--linger", "0", "--socket", path, NULL);
        _exit(127);
    }
    close(ends[1]);
    if (read(ends[0], &word, 1) != 1) /* it listens, or has ended */
        fail(computecored);
    close(ends[0]);
}

static void end_daemon(void)
{
    kill(daemon_process, SIGTERM);
    waitpid(daemon_process, NULL, 0);
}

/* Kilobytes of its own that the daemon has in memory. */
static double daemon_memory(void)
{
    char name[64], line[200];
    double kilobytes = 0, one;
    snprintf(name, sizeof name, "/proc/%d/smaps_rollup", (int)daemon_process);
    FILE *file = fopen(name, "r");
    if (!file)
        fail(name);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Private_Dirty: %lf", &one) == 1 || sscanf(line, "Private_Clean: %lf", &one) == 1)
            kilobytes += one;
    fclose(file);
    return kilobytes;
}

/* Seconds of processor time that the daemon and those of its clients that have ended have taken. */
static double work(void)
{
    struct rusage clients;
    struct timespec own = {0};
    clockid_t clock;
    getrusage(RUSAGE_CHILDREN, &clients);
    if (clock_getcpuclockid(daemon_process, &clock) == 0)
        clock_gettime(clock, &own);
    return (double)(clients.ru_utime.tv_sec + clients.ru_stime.tv_sec) +
           (double)(clients.ru_utime.tv_usec + clients.ru_stime.tv_usec) / 1e6 + (double)own.tv_sec +
           (double)own.tv_nsec / 1e9;
}

/* --- in a process of its own --- */

/* What measure() returns in a child that has the engine; NULL: the simulator in the process. */
static double in_child(double (*measure)(void), const char *with)
{
    int ends[2];
    double value = 0;
    if (pipe(ends))
        fail("pipe");
    pid_t child = fork();
    if (child == 0) {
        if (with)
            setenv("COMPUTECORE_ENGINE", with, 1);
        value = measure();
        _exit(write(ends[1], &value, sizeof value) != sizeof value);
    }
    close(ends[1]);
    if (read(ends[0], &value, sizeof value) != sizeof value)
        exit(2); /* the child has printed the reason */
    close(ends[0]);
    waitpid(child, NULL, 0);
    return value;
}

static void call(void)
{
    PWSTR properties;
    must(HcsGetServiceProperties(NULL, &properties), "HcsGetServiceProperties");
    LocalFree(properties);
}

static void wait_for(HRESULT begun, HCS_OPERATION operation, const char *what)
{
    must(begun, what);
    must(HcsWaitForOperationResult(operation, INFINITE, NULL), what);
}

static PCWSTR name_of(int number)
{
    static WCHAR name[NAME_BYTES];
    char text[NAME_BYTES];
    snprintf(text, sizeof text, "bench-%d-%d", (int)getpid(), number);
    for (int i = 0; i < NAME_BYTES; i++)
        name[i] = (unsigned char)text[i];
    return name;
}

static HCS_SYSTEM start_system(HCS_OPERATION operation, int number)
{
    HCS_SYSTEM system;
    wait_for(HcsCreateComputeSystem(name_of(number), CONTAINER, operation, NULL, &system), operation, "create");
    wait_for(HcsStartComputeSystem(system, operation, NULL), operation, "start");
    return system;
}

/* --- what is measured --- */

/* Seconds of a round trip between two processes that do nothing else. */
static double bare_round_trip(void)
{
    int ends[2];
    char bytes[256] = "";
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
        fail("socketpair");
    pid_t other = fork();
    if (other == 0) {
        close(ends[0]);
        while (recv(ends[1], bytes, sizeof bytes, 0) > 0 && send(ends[1], bytes, 128, 0) > 0)
            ;
        _exit(0);
    }
    close(ends[1]);
    double begin = benchmark_time();
    for (int i = 0; i < CALLS; i++)
        if (send(ends[0], bytes, 128, 0) < 0 || recv(ends[0], bytes, sizeof bytes, 0) <= 0)
            fail("round trip");
    double time = benchmark_time() - begin;
    close(ends[0]);
    waitpid(other, NULL, 0);
    return time / CALLS;
}

/* Seconds of a call, one after the other. */
static double calls(void)
{
    call();
    double begin = benchmark_time();
    for (int i = 0; i < CALLS; i++)
        call();
    return (benchmark_time() - begin) / CALLS;
}

/* Seconds per call when many are pending at a time. */
static double calls_together(void)
{
    HCS_OPERATION operations[TOGETHER];
    HCS_SYSTEM system;
    for (int i = 0; i < TOGETHER; i++)
        operations[i] = HcsCreateOperation(NULL, NULL);
    system = start_system(operations[0], 0);
    double begin = benchmark_time();
    for (int round = 0; round < CALLS / TOGETHER; round++) {
        for (int i = 0; i < TOGETHER; i++)
            must(HcsGetComputeSystemProperties(system, operations[i], NULL), "HcsGetComputeSystemProperties");
        for (int i = 0; i < TOGETHER; i++)
            must(HcsWaitForOperationResult(operations[i], INFINITE, NULL), "HcsGetComputeSystemProperties");
    }
    double time = benchmark_time() - begin;
    wait_for(HcsTerminateComputeSystem(system, operations[0], NULL), operations[0], "terminate");
    HcsCloseComputeSystem(system);
    return time / (CALLS / TOGETHER * TOGETHER);
}

/* Seconds of a process: made, waited for, closed. */
static double lifecycles(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = start_system(operation, 0);
    double begin = benchmark_time();
    for (int i = 0; i < LIFECYCLES; i++) {
        HCS_PROCESS process;
        wait_for(HcsCreateProcess(system, PROCESS, operation, NULL, &process), operation, "create process");
        must(HcsWaitForProcessExit(process, INFINITE, NULL), "exit");
        HcsCloseProcess(process);
    }
    double time = benchmark_time() - begin;
    wait_for(HcsTerminateComputeSystem(system, operation, NULL), operation, "terminate");
    HcsCloseComputeSystem(system);
    return time / LIFECYCLES;
}

/* Seconds from the start of a daemon, in the background as the library starts it, to the first answer. */
static double first_answer(void)
{
    double begin = benchmark_time();
    pid_t child = fork();
    if (child == 0) {
        execl(computecored, computecored, "--linger", "1", "--socket", path, NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    call();
    return benchmark_time() - begin;
}

/* MiB of the daemon's memory for 10,000 running systems. */
static double memory(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    call();
    double before = daemon_memory();
    for (int i = 0; i < SYSTEMS; i++)
        (void)start_system(operation, i);
    return (daemon_memory() - before) / 1024;
}

/* Calls a second of several clients together; the slowest ends the time. */
static double rate(int clients)
{
    pid_t children[CLIENTS];
    double begin = benchmark_time();
    for (int i = 0; i < clients; i++) {
        children[i] = fork();
        if (children[i])
            continue;
        setenv("COMPUTECORE_ENGINE", engine, 1);
        (void)calls();
        _exit(0);
    }
    for (int i = 0; i < clients; i++)
        waitpid(children[i], NULL, 0);
    return clients * CALLS / (benchmark_time() - begin);
}

static void run(void)
{
    start_daemon();
    double bare = bare_round_trip(), before = work(), one = in_child(calls, engine), after = work(),
           eight = rate(CLIENTS), last = work(), together = in_child(calls_together, engine),
           alone = in_child(lifecycles, NULL), through = in_child(lifecycles, engine),
           megabytes = in_child(memory, engine);
    end_daemon();
    printf("processor time of a call, both sides together: %.1f us of one client, %.1f us of %d\n",
        (after - before) / CALLS * 1e6, (last - after) / CALLS / CLIENTS * 1e6, CLIENTS);
    double starts[STARTS];
    for (int i = 0; i < STARTS; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        snprintf(engine, sizeof engine, "unix:%s", path);
        starts[i] = in_child(first_answer, engine);
    }
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(engine, sizeof engine, "unix:%s", path);
    printf(
        "a call: %.1f us, %.1f us with %d on their way, bare round trip %.1f us; a lifecycle: %.1f us, %.1f us in the "
        "process\n",
        one * 1e6, together * 1e6, TOGETHER, bare * 1e6, through * 1e6, alone * 1e6);
    benchmark_add(FIGURE_DAEMON_CALL, one / bare);
    benchmark_add(FIGURE_DAEMON_LIFECYCLE, through / bare);
    benchmark_add(FIGURE_DAEMON_ONE, 1 / one);
    benchmark_add(FIGURE_DAEMON_TOGETHER, 1 / together);
    benchmark_add(FIGURE_DAEMON_EIGHT, eight);
    benchmark_add(FIGURE_DAEMON_START, benchmark_median(starts, STARTS) * 1e3);
    benchmark_add(FIGURE_DAEMON_MEMORY, megabytes);
}

static void clean_up(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command))
        fprintf(stderr, "bench-daemon: %s is left\n", folder);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: bench-daemon COMPUTECORED\n", stderr);
        return 2;
    }
    computecored = argv[1];
    if (!mkdtemp(folder))
        fail(folder);
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(engine, sizeof engine, "unix:%s", path);
    double load[1] = {0};
    (void)getloadavg(load, 1);
    printf("%ld processors, load %.1f\n", sysconf(_SC_NPROCESSORS_ONLN), load[0]);
    for (int i = 0; i < BENCHMARK_RUNS; i++)
        run();
    clean_up();
    return benchmark_end();
}
