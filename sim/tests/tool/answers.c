/* A client that prints what a host answers to its calls: results, documents, events, and what a process writes. The
   same program runs against a library, against one that is recorded, and against the scenario made from that. */
#include <windows.h>
#include <computecore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#define U(text) L##text
#define SLEEP_MS Sleep(1)
#else
#define SLEEP_MS usleep(1000)
#define U(text) u##text
#endif

enum { WAIT_MS = 60000 };

static void print(const char *what, HRESULT result, PWSTR document)
{
    printf("%s: 0x%08X", what, (unsigned)result);
    if (document)
        printf(" ");
    for (PCWSTR at = document; at && *at; at++)
        putchar(*at < 0x80 ? (char)*at : '?');
    printf("\n");
    fflush(stdout);
    LocalFree(document);
}

static void finish(const char *what, HRESULT result, HCS_OPERATION operation)
{
    PWSTR document = NULL;
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, WAIT_MS, &document);
    print(what, result, document);
}

/* Callbacks run beside the calls, so that only their numbers are printed, when no more can come. */
struct heard {
    atomic_uint exits, operations, others, documents;
};

static void CALLBACK hear(HCS_EVENT *event, void *context)
{
    struct heard *heard = context;
    bool exit = event->Type == HcsEventSystemExited || event->Type == HcsEventProcessExited;
    bool operation = event->Type == HcsEventOperationCallback && event->Operation;
    atomic_fetch_add(exit ? &heard->exits : operation ? &heard->operations : &heard->others, 1);
    if (exit && event->EventData)
        atomic_fetch_add(&heard->documents, 1);
}

static void print_heard(const char *of, struct heard *heard)
{
    printf("%s heard of %u exits (%u documents), %u operations, %u other events\n", of, atomic_load(&heard->exits),
        atomic_load(&heard->documents), atomic_load(&heard->operations), atomic_load(&heard->others));
    fflush(stdout);
}

static void CALLBACK hear_completion(HCS_OPERATION operation, void *context)
{
    PWSTR document = NULL;
    HRESULT result = HcsGetOperationResult(operation, &document);
    print("completion", result, document);
    atomic_fetch_add((atomic_uint *)context, 1);
}

static void await(atomic_uint *count)
{
    for (int i = 0; i < WAIT_MS && !atomic_load(count); i++)
        SLEEP_MS;
}

static void read_all(HANDLE from)
{
    char text[64];
#ifdef _WIN32
    DWORD length = 0;
    while (ReadFile(from, text, sizeof text, &length, NULL) && length)
        printf("%.*s", (int)length, text);
#else
    ssize_t length;
    while ((length = read((int)(intptr_t)from, text, sizeof text)) > 0)
        printf("%.*s", (int)length, text);
#endif
    CloseHandle(from);
}

static void run_process(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    PWSTR document = NULL;
    HRESULT result = HcsCreateProcess(
        system, U("{\"CommandLine\":\"cmd /c echo said\",\"CreateStdOutPipe\":true}"), operation, NULL, &process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, WAIT_MS, &information, NULL);
    print("create process", result, NULL);
    struct heard heard = {0};
    if (process)
        print("process callback", HcsSetProcessCallback(process, HcsEventOptionNone, &heard, hear), NULL);
    if (information.StdOutput)
        read_all(information.StdOutput);
    if (!process)
        return;
    result = HcsWaitForProcessExit(process, WAIT_MS, &document);
    print("process exit", result, document);
    HcsCloseProcess(process); /* what was not heard yet is heard before it returns */
    print_heard("the process", &heard);
}

static void ask_host(HCS_OPERATION operation)
{
    PWSTR document = NULL;
    finish("enumerate", HcsEnumerateComputeSystems(NULL, operation), operation);
    HRESULT result =
        HcsGetServiceProperties(U("{\"PropertyTypes\":[\"Basic\",\"ProcessorTopology\",\"Memory\"]}"), &document);
    print("service", result, document);
    document = NULL;
    result = HcsGetServiceProperties(
        U("{\"PropertyQueries\":{\"ProcessorCapabilities\":null,\"QoSCapabilities\":null}}"), &document);
    print("capabilities", result, document);
}

static void open_other(HCS_OPERATION operation)
{
    HCS_SYSTEM other = NULL;
    print("open nothing", HcsOpenComputeSystem(U("nothing"), GENERIC_ALL, &other), NULL);
    print("open", HcsOpenComputeSystem(U("Other-VM"), GENERIC_ALL, &other), NULL);
    if (!other)
        return;
    finish("properties of another", HcsGetComputeSystemProperties(other, operation, NULL), operation);
    finish("pause another", HcsPauseComputeSystem(other, operation, NULL), operation);
    HcsCloseComputeSystem(other);
}

static const WCHAR machine[] = U(
    "{\"Owner\":\"answers\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"VirtualMachine\":{\"Chipset\":{\"Uefi\":{}},")
    U("\"ComputeTopology\":{\"Memory\":{\"SizeInMB\":512},\"Processor\":{\"Count\":1}}}}");

static void use_machine(HCS_OPERATION operation)
{
    HCS_SYSTEM system = NULL;
    struct heard heard = {0};
    finish("create", HcsCreateComputeSystem(U("vm"), machine, operation, NULL, &system), operation);
    if (system && FAILED(HcsGetOperationResult(operation, NULL))) {
        HcsCloseComputeSystem(system);
        finish("create again", HcsCreateComputeSystem(U("vm"), machine, operation, NULL, &system), operation);
    }
    print("callback", HcsSetComputeSystemCallback(system, HcsEventOptionEnableOperationCallbacks, &heard, hear), NULL);
    finish("start", HcsStartComputeSystem(system, operation, NULL), operation);
    for (int i = 0; i < 3; i++)
        finish("modify",
            HcsModifyComputeSystem(system, operation,
                U("{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Memory/SizeInMB\",")
                    U("\"RequestType\":\"Update\",\"Settings\":1024}"),
                NULL),
            operation);
    finish(
        "memory", HcsGetComputeSystemProperties(system, operation, U("{\"PropertyTypes\":[\"Memory\"]}")), operation);
    finish("query",
        HcsGetComputeSystemProperties(system, operation, U("{\"Queries\":{\"Memory\":{},\"GuestConnection\":{}}}")),
        operation);
    finish("wrong document", HcsModifyComputeSystem(system, operation, U("{"), NULL), operation);
    finish("no handle", HcsStartComputeSystem(NULL, operation, NULL), operation);
    finish("resume", HcsResumeComputeSystem(system, operation, NULL), operation);
    finish("terminate", HcsTerminateComputeSystem(system, operation, NULL), operation);
    HcsCloseComputeSystem(system);
    print_heard("the machine", &heard);
}

static void use_container(HCS_OPERATION operation)
{
    HCS_SYSTEM system = NULL;
    struct heard heard = {0};
    atomic_uint completions = 0;
    HCS_OPERATION told = HcsCreateOperation(&completions, hear_completion);
    finish("create",
        HcsCreateComputeSystem(U("container"),
            U("{\"Owner\":\"answers\",\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"), operation, NULL,
            &system),
        operation);
    HRESULT started = HcsStartComputeSystem(system, told, NULL);
    print("start", started, NULL);
    if (SUCCEEDED(started))
        await(&completions);
    HcsCloseOperation(told);
    print("callback", HcsSetComputeSystemCallback(system, HcsEventOptionNone, &heard, hear), NULL);
    run_process(system, operation);
    finish("terminate", HcsTerminateComputeSystem(system, operation, NULL), operation);
    PWSTR document = NULL;
    HRESULT result = HcsWaitForComputeSystemExit(system, WAIT_MS, &document);
    print("exit", result, document);
    HcsCloseComputeSystem(system);
    print_heard("the container", &heard);
}

int main(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    if (!operation)
        return 1;
    ask_host(operation);
    open_other(operation);
    use_machine(operation);
    use_container(operation);
    HcsCloseOperation(operation);
    return 0;
}
