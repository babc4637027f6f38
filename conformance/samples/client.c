/* Creates a container, runs a process in it, reads its output and its exit code. */
#include <computecore.h>
#include <stdio.h>

/* Waits for an operation; fails the program with the code's number if it went wrong. */
static int failed(const char *what, HRESULT result)
{
    if (SUCCEEDED(result))
        return 0;
    fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)result);
    return 1;
}

int main(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = NULL;
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION streams = {0};
    char output[64];

    HcsCreateComputeSystem(
        u"hello", u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}", operation, NULL, &system);
    if (failed("create", HcsWaitForOperationResult(operation, INFINITE, NULL)))
        return 1;
    HcsStartComputeSystem(system, operation, NULL);
    if (failed("start", HcsWaitForOperationResult(operation, INFINITE, NULL)))
        return 1;
    HcsCreateProcess(system, u"{\"CommandLine\":\"cmd /c echo Hello && exit 3\",\"CreateStdOutPipe\":true}", operation,
        NULL, &process);
    if (failed("process", HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &streams, NULL)))
        return 1;

    ssize_t length = read((int)(intptr_t)streams.StdOutput, output, sizeof output);
    printf("output: %.*s", (int)length, output);
    CloseHandle(streams.StdOutput);

    PWSTR status = NULL;
    HcsWaitForProcessExit(process, INFINITE, &status);
    printf("status: ");
    for (PWSTR c = status; c && *c; c++)
        putchar((char)*c);
    printf("\n");
    LocalFree(status);

    HcsTerminateComputeSystem(system, operation, NULL);
    failed("terminate", HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return 0;
}
