/* A client that makes random calls, drawn with the seed, under many faults (fixtures/scenarios/chaos.json). It checks
   that after a terminate all operations on the system complete, and that the system is gone once its handles are
   closed. Exit code 1 if not. With the argument "linux" its commands are those of Linux containers. */
#include <computecore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SYSTEMS = 3, PROCESSES = 4, OPERATIONS = 24, STEPS = 150, WAIT_MS = 2000, GONE_S = 5 };
#define NOT_FOUND ((HRESULT)HCS_E_SYSTEM_NOT_FOUND)

struct operation {
    HCS_OPERATION handle;
    int system; /* index; -1: none */
};

enum { COMMANDS = 4 };
static const WCHAR *const windows_commands[COMMANDS] = {u"{\"CommandLine\":\"cmd /c exit 3\"}",
    u"{\"CommandLine\":\"ping -t x\"}", u"{\"CommandLine\":\"sleep 1\",\"CreateStdOutPipe\":true}",
    u"{\"CommandLine\":\"no-such-thing\"}"};
static const WCHAR *const linux_commands[COMMANDS] = {u"{\"CommandLine\":\"sh -c 'exit 3'\"}",
    u"{\"CommandLine\":\"cat\",\"CreateStdInPipe\":true}",
    u"{\"CommandLine\":\"sleep 1\",\"EmulateConsole\":true,\"CreateStdOutPipe\":true}",
    u"{\"CommandLine\":\"no-such-thing\"}"};
static const WCHAR *const *commands = windows_commands;

static HCS_SYSTEM systems[SYSTEMS];
static HCS_PROCESS processes[SYSTEMS][PROCESSES];
static struct operation operations[OPERATIONS];
static uint64_t state;

static unsigned draw(unsigned limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((state >> 33) % limit);
}

static const WCHAR *id_of(int system)
{
    static const WCHAR *const ids[SYSTEMS] = {u"chaos-0", u"chaos-1", u"chaos-2"};
    return ids[system];
}

static void broken(const char *what, int system, HRESULT result)
{
    printf("system %d: %s: 0x%08X\n", system, what, (unsigned)result);
    exit(1);
}

/* A new operation in a random place; an old one there is closed, pending or not. */
static struct operation *take(int system)
{
    struct operation *operation = &operations[draw(OPERATIONS)];
    if (operation->handle)
        HcsCloseOperation(operation->handle);
    *operation = (struct operation){HcsCreateOperation(NULL, NULL), system};
    return operation;
}

static void look(struct operation *operation)
{
    PWSTR document = NULL;
    (void)HcsWaitForOperationResult(operation->handle, draw(4) ? WAIT_MS : 0, &document); /* any answer will do */
    LocalFree(document);
}

static void create(int i)
{
    static const WCHAR *const configurations[] = {u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}",
        u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":5},\"VirtualMachine\":{\"ComputeTopology\":{\"Memory\":{"
        u"\"SizeInMB\":2048}},"
        u"\"Services\":{\"Shutdown\":{}},\"GuestConnection\":{}}}",
        u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"ShouldTerminateOnLastHandleClosed\":true,\"VirtualMachine\":{}"
        u"}"};
    if (systems[i])
        return;
    struct operation *operation = take(i);
    (void)HcsCreateComputeSystem(id_of(i), configurations[draw(3)], operation->handle, NULL, &systems[i]);
    look(operation);
}

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
}

static void call_system(int i)
{
    static HRESULT (*const plain[])(HCS_SYSTEM, HCS_OPERATION, PCWSTR) = {HcsStartComputeSystem, HcsStartComputeSystem,
        HcsStartComputeSystem, HcsPauseComputeSystem, HcsResumeComputeSystem, HcsSaveComputeSystem,
        HcsShutDownComputeSystem, HcsGetComputeSystemProperties, HcsCrashComputeSystem};
    if (!systems[i])
        return;
    struct operation *operation = take(i);
    unsigned which = draw(11);
    if (which < 9)
        (void)plain[which](systems[i], operation->handle, NULL);
    else if (which == 9)
        (void)HcsModifyComputeSystem(systems[i], operation->handle,
            u"{\"ResourcePath\":\"VirtualMachine/Devices/NetworkAdapters/n\",\"RequestType\":\"Add\",\"Settings\":{}}",
            NULL);
    else
        (void)HcsSetComputeSystemCallback(systems[i], HcsEventOptionNone, NULL, on_event);
    look(operation);
}

static void call_process(int i)
{
    HCS_PROCESS *process = &processes[i][draw(PROCESSES)];
    if (!systems[i])
        return;
    struct operation *operation = take(i);
    if (!*process) {
        (void)HcsCreateProcess(systems[i], commands[draw(COMMANDS)], operation->handle, NULL, process);
    } else {
        static HRESULT (*const calls[])(HCS_PROCESS, HCS_OPERATION, PCWSTR) = {
            HcsSignalProcess, HcsTerminateProcess, HcsGetProcessProperties};
        unsigned which = draw(5);
        if (which < 3)
            (void)calls[which](*process, operation->handle, NULL);
        else if (which == 3)
            (void)HcsModifyProcess(
                *process, operation->handle, u"{\"Operation\":\"CloseHandle\",\"CloseHandle\":{\"Handle\":\"StdIn\"}}");
        else
            (void)HcsGetProcessInfo(*process, operation->handle);
    }
    look(operation);
}

static void close_one(int i)
{
    HCS_PROCESS *process = &processes[i][draw(PROCESSES)];
    HcsCloseProcess(*process);
    *process = NULL;
}

static void enumerate(int i)
{
    (void)i;
    struct operation *operation = take(-1);
    (void)HcsEnumerateComputeSystems(NULL, operation->handle);
    look(operation);
}

/* Ends a system, and looks at what must hold then. */
static void end(int i)
{
    if (!systems[i])
        return;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = HcsTerminateComputeSystem(systems[i], operation, NULL);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, WAIT_MS * 100, NULL);
    if (result == HCS_E_OPERATION_TIMEOUT)
        broken("the terminate does not end", i, result);
    HcsCloseOperation(operation);
    for (int j = 0; j < OPERATIONS; j++) {
        if (!operations[j].handle || operations[j].system != i)
            continue;
        result = HcsWaitForOperationResult(operations[j].handle, WAIT_MS * 100, NULL);
        if (result == HCS_E_OPERATION_TIMEOUT)
            broken("an operation outlives its system", i, result);
        HcsCloseOperation(operations[j].handle);
        operations[j].handle = NULL;
    }
    for (int j = 0; j < PROCESSES; j++) {
        HcsCloseProcess(processes[i][j]);
        processes[i][j] = NULL;
    }
    HcsCloseComputeSystem(systems[i]);
    systems[i] = NULL;
    /* a callback that still runs keeps the clock where it is, for a moment of real time */
    for (time_t until = time(NULL) + GONE_S; time(NULL) <= until;) {
        HCS_SYSTEM again = NULL;
        result = HcsOpenComputeSystem(id_of(i), GENERIC_ALL, &again);
        if (result == NOT_FOUND)
            return;
        HcsCloseComputeSystem(again);
    }
    broken("the system is still there", i, result);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "linux"))
        commands = linux_commands;
    static void (*const steps[])(int) = {create, create, call_system, call_system, call_system, call_process,
        call_process, call_process, close_one, enumerate, end};
    const char *seed = getenv("COMPUTECORE_SEED");
    state = seed ? strtoull(seed, NULL, 10) : 1;
    for (int i = 0; i < STEPS; i++)
        steps[draw(sizeof steps / sizeof *steps)]((int)draw(SYSTEMS));
    for (int i = 0; i < SYSTEMS; i++)
        end(i);
    for (int i = 0; i < OPERATIONS; i++)
        if (operations[i].handle)
            HcsCloseOperation(operations[i].handle);
    return 0;
}
