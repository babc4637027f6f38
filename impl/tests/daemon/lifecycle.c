/* A client that makes one call of each kind, in a process of its own, for tests in which calls fail. It knows the
   public headers alone, and never waits without a limit. Its arguments are an id and, for a Linux container, a
   document. Exit code: 0 all was right; 1 some call failed, and nothing was wrong; 3 a wait did not end, or an answer
   was wrong although its call succeeded. */
#include <computecore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIMULATED                                                                                                      \
    "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"ShouldTerminateOnLastHandleClosed\":true,\"Container\":{}}"

enum { LIMIT_MS = 15000, LARGE = 60000, TEXT = 128 };

static int code; /* the exit code so far */
static bool simulated;

static void note(const char *what, HRESULT result)
{
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)result);
    if (code == 0)
        code = 1;
    if (result == HCS_E_OPERATION_TIMEOUT)
        code = 3;
}

static void wrong(const char *what)
{
    fprintf(stderr, "%s\n", what);
    code = 3;
}

/* The result of an operation that a call has begun. */
#define FINISH(call)                                                                                                   \
    do {                                                                                                               \
        PWSTR answer = NULL;                                                                                           \
        HRESULT begun = (call);                                                                                        \
        note(#call, SUCCEEDED(begun) ? HcsWaitForOperationResult(operation, LIMIT_MS, &answer) : begun);               \
        LocalFree(answer);                                                                                             \
    } while (0)

static void widen(const char *text, WCHAR *wide, size_t size)
{
    size_t i = 0;
    for (; text[i] && i + 1 < size; i++)
        wide[i] = (unsigned char)text[i];
    wide[i] = 0;
}

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
}

/* More than a message takes inside. */
static void modify_at_length(HCS_SYSTEM system, HCS_OPERATION operation)
{
    static char text[LARGE + TEXT];
    static WCHAR wide[LARGE + TEXT];
    int length = snprintf(
        text, sizeof text, "{\"ResourcePath\":\"VirtualMachine/None\",\"RequestType\":\"Update\",\"Settings\":\"");
    memset(text + length, 'x', LARGE);
    snprintf(text + length + LARGE, sizeof text - LARGE - (size_t)length, "\"}");
    widen(text, wide, sizeof wide / sizeof *wide);
    PWSTR document = NULL; /* it is refused, by the daemon and not by a time limit */
    HRESULT begun = HcsModifyComputeSystem(system, operation, wide, NULL);
    if (SUCCEEDED(begun) && HcsWaitForOperationResult(operation, LIMIT_MS, &document) == HCS_E_OPERATION_TIMEOUT)
        wrong("a long document has no answer");
    LocalFree(document);
}

static void read_output(HANDLE output)
{
    char said[TEXT];
    size_t length = 0;
    ssize_t got;
    while (length + 1 < sizeof said && (got = read((int)(intptr_t)output, said + length, sizeof said - 1 - length)) > 0)
        length += (size_t)got;
    said[length] = 0;
    if (got == 0 && strcmp(said, simulated ? "Hello\r\n" : "Hello\n") != 0 && !code)
        wrong("the output is another one");
    CloseHandle(output);
}

static void run_process(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_PROCESS process = NULL, again = NULL;
    HCS_PROCESS_INFORMATION information = {0};
    PCWSTR document = simulated ? u"{\"CommandLine\":\"cmd /c echo Hello\",\"CreateStdOutPipe\":true}"
                                : u"{\"CommandLine\":\"echo Hello\",\"CreateStdOutPipe\":true}";
    HRESULT result = HcsCreateProcess(system, document, operation, NULL, &process);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, LIMIT_MS, &information, NULL);
    note("HcsCreateProcess", result);
    if (FAILED(result))
        return;
    note("HcsSetProcessCallback", HcsSetProcessCallback(process, HcsEventOptionNone, NULL, on_event));
    if (SUCCEEDED(HcsOpenProcess(system, information.ProcessId, GENERIC_ALL, &again)))
        HcsCloseProcess(again);
    read_output(information.StdOutput);
    note("HcsWaitForProcessExit", HcsWaitForProcessExit(process, LIMIT_MS, NULL));
    FINISH(HcsGetProcessProperties(process, operation, NULL));
    HcsCloseProcess(process);
}

static void end_process(HCS_SYSTEM system, HCS_OPERATION operation)
{
    HCS_PROCESS process = NULL;
    PCWSTR document = simulated ? u"{\"CommandLine\":\"ping -t host\",\"CreateStdInPipe\":true}"
                                : u"{\"CommandLine\":\"cat\",\"EmulateConsole\":true,\"CreateStdInPipe\":true}";
    HRESULT result = HcsCreateProcess(system, document, operation, NULL, &process);
    HCS_PROCESS_INFORMATION information = {0};
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, LIMIT_MS, &information, NULL);
    note("HcsCreateProcess", result);
    if (FAILED(result))
        return;
    result = HcsGetProcessInfo(process, operation);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResultAndProcessInfo(operation, LIMIT_MS, NULL, NULL);
    note("HcsGetProcessInfo", result);
    FINISH(HcsTerminateProcess(process, operation, NULL));
    CloseHandle(information.StdInput); /* at its end the process would exit by itself */
    HcsCloseProcess(process);
}

static void use(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR id)
{
    HCS_SYSTEM again = NULL;
    note("HcsSetComputeSystemCallback", HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, on_event));
    FINISH(HcsStartComputeSystem(system, operation, NULL));
    HRESULT opened = HcsOpenComputeSystem(id, GENERIC_ALL, &again);
    note("HcsOpenComputeSystem", opened);
    if (SUCCEEDED(opened))
        HcsCloseComputeSystem(again);
    FINISH(HcsEnumerateComputeSystems(NULL, operation));
    FINISH(HcsGetComputeSystemProperties(system, operation, u"{\"PropertyTypes\":[\"Statistics\",\"ProcessList\"]}"));
    modify_at_length(system, operation);
    run_process(system, operation);
    end_process(system, operation);
    FINISH(HcsTerminateComputeSystem(system, operation, NULL));
    note("HcsWaitForComputeSystemExit", HcsWaitForComputeSystemExit(system, LIMIT_MS, NULL));
}

int main(int argc, char **argv)
{
    static WCHAR id[TEXT], document[LARGE];
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    if (argc < 2 || argc > 3 || !operation)
        return 1;
    simulated = argc == 2;
    widen(argv[1], id, TEXT);
    widen(simulated ? SIMULATED : argv[2], document, LARGE);
    HRESULT result = HcsCreateComputeSystem(id, document, operation, NULL, &system);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, LIMIT_MS, NULL);
    note("HcsCreateComputeSystem", result);
    if (SUCCEEDED(result))
        use(system, operation, id);
    if (system)
        HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return code;
}
