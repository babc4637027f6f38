/* Memory runs out while many operations, events and processes are pending: all must complete with what was reserved for
   them. usage: starved [resume | crash | read]. Exit code 0: nothing was lost, and nothing stalled. */
#include "failing.h"
#include <computecore.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Owner\":\"s\",\"Container\":{}}"
#define VM u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Owner\":\"s\",\"VirtualMachine\":{\"GuestConnection\":{}}}"
#define SLEEP u"{\"CommandLine\":\"timeout 100\"}"
#define COPY u"{\"CommandLine\":\"more\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}"
/* As long as the ids of containers are. */
#define LONG_ID u"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { MANY = 150, READERS = 40, LIMIT_S = 60, LIMIT_MS = 5000 };

static atomic_int reports, without_data, exits;

static void must(HRESULT result, int line)
{
    if (SUCCEEDED(result))
        return;
    (void)failing_end();
    fprintf(stderr, "starved.c:%d: 0x%08X\n", line, (unsigned)result);
    exit(1);
}
#define MUST(call) must(call, __LINE__)

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)context;
    bool report = event->Type == HcsEventSystemCrashInitiated || event->Type == HcsEventSystemCrashReport;
    atomic_fetch_add(&reports, report);
    atomic_fetch_add(&exits, event->Type == HcsEventSystemExited);
    atomic_fetch_add(&without_data, !event->EventData);
}

static void finish(HRESULT begun, HCS_OPERATION operation, int line)
{
    must(begun, line);
    must(HcsWaitForOperationResult(operation, INFINITE, NULL), line);
}
#define FINISH(call) finish(call, operation, __LINE__)

static HCS_SYSTEM make_system(PCWSTR id, PCWSTR document, HCS_OPERATION operation)
{
    HCS_SYSTEM system = NULL;
    FINISH(HcsCreateComputeSystem(id, document, operation, NULL, &system));
    FINISH(HcsStartComputeSystem(system, operation, NULL));
    return system;
}

static void make_processes(HCS_SYSTEM system, PCWSTR document, HCS_OPERATION operation, unsigned count,
    HCS_PROCESS *processes, HCS_PROCESS_INFORMATION *information)
{
    for (unsigned i = 0; i < count; i++) {
        MUST(HcsCreateProcess(system, document, operation, NULL, &processes[i]));
        MUST(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, information ? &information[i] : NULL, NULL));
    }
}

static void expect_exits(HCS_PROCESS *processes, unsigned count, DWORD limit_ms, int line)
{
    for (unsigned i = 0; i < count; i++) {
        must(HcsWaitForProcessExit(processes[i], limit_ms, NULL), line);
        HcsCloseProcess(processes[i]);
    }
}

static void drop_system(HCS_SYSTEM system, HCS_OPERATION operation)
{
    FINISH(HcsTerminateComputeSystem(system, operation, NULL));
    HcsCloseComputeSystem(system);
}

/* Processes that sleep have entries in the queue again after a pause, when others have taken their places. */
static void resume_many(HCS_OPERATION operation)
{
    static HCS_PROCESS paused[MANY], others[MANY];
    HCS_SYSTEM first = make_system(u"first", VM, operation), second = make_system(u"second", VM, operation);
    make_processes(first, SLEEP, operation, MANY, paused, NULL);
    FINISH(HcsPauseComputeSystem(first, operation, NULL));
    make_processes(second, SLEEP, operation, MANY, others, NULL);
    MUST(HcsResumeComputeSystem(first, operation, NULL));
    failing_begin(FAILING_MEMORY, 1, LONG_MAX);
    MUST(HcsWaitForOperationResult(operation, INFINITE, NULL));
    (void)failing_end();
    expect_exits(paused, MANY, 200000, __LINE__);
    expect_exits(others, MANY, 200000, __LINE__);
    drop_system(first, operation);
    drop_system(second, operation);
}

static void reach(atomic_int *counter, int value, int line)
{
    for (int i = 0; i < 10000 && atomic_load(counter) < value; i++)
        usleep(1000);
    must(atomic_load(counter) == value ? S_OK : E_FAIL, line);
}

/* The crash report arrives whole, though it is longer than an exit document. */
static void crash(HCS_OPERATION operation)
{
    HCS_SYSTEM system = make_system(LONG_ID, VM, operation);
    MUST(HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    MUST(HcsCrashComputeSystem(system, operation, NULL));
    failing_begin(FAILING_MEMORY, 1, LONG_MAX);
    MUST(HcsWaitForOperationResult(operation, INFINITE, NULL));
    reach(&exits, 1, __LINE__);
    (void)failing_end();
    reach(&reports, 2, __LINE__);
    must(atomic_load(&without_data) <= 1 ? S_OK : E_FAIL, __LINE__); /* the guest connection's has none */
    HcsCloseComputeSystem(system);
}

/* Each blocks in its first read, and is told when bytes come. */
static void read_many(HCS_OPERATION operation)
{
    static HCS_PROCESS readers[READERS];
    static HCS_PROCESS_INFORMATION information[READERS];
    HCS_SYSTEM system = make_system(u"readers", CONTAINER, operation);
    FINISH(HcsEnumerateComputeSystems(NULL, operation));
    for (unsigned i = 0; i < READERS; i++) {
        make_processes(system, COPY, operation, 1, &readers[i], &information[i]);
        failing_begin(FAILING_MEMORY, 1, LONG_MAX); /* its first read comes now */
        (void)HcsWaitForProcessExit(readers[i], 1, NULL);
        (void)failing_end();
    }
    failing_begin(FAILING_MEMORY, 1, LONG_MAX);
    for (unsigned i = 0; i < READERS; i++)
        close((int)(intptr_t)information[i].StdInput);
    for (unsigned i = 0; i < READERS; i++)
        MUST(HcsWaitForProcessExit(readers[i], LIMIT_MS, NULL));
    (void)failing_end();
    for (unsigned i = 0; i < READERS; i++)
        close((int)(intptr_t)information[i].StdOutput);
    expect_exits(readers, READERS, LIMIT_MS, __LINE__);
    drop_system(system, operation);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(HCS_OPERATION operation);
    } parts[] = {{"resume", resume_many}, {"crash", crash}, {"read", read_many}};
    alarm(LIMIT_S);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (argc < 2 || !strcmp(argv[1], parts[i].name))
            parts[i].run(operation);
    HcsCloseOperation(operation);
    puts("starved: nothing was lost");
    return 0;
}
