/* Creates a container, runs a process in it, reads its output and its exit code. */
#include <computecore.h>
#include <stdio.h>

int main(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HCS_SYSTEM system = NULL;
    HCS_PROCESS process = NULL;
    HCS_PROCESS_INFORMATION streams = {0};
    PWSTR status = NULL;
    char output[64];

    HcsCreateComputeSystem(
        u"hello", u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}", operation, NULL, &system);
    if (FAILED(HcsWaitForOperationResult(operation, INFINITE, NULL)))
        return 1;
    HcsStartComputeSystem(system, operation, NULL);
    if (FAILED(HcsWaitForOperationResult(operation, INFINITE, NULL)))
        return 1;
    HcsCreateProcess(system, u"{\"CommandLine\":\"cmd /c echo Hello && exit 3\",\"CreateStdOutPipe\":true}", operation,
        NULL, &process);
    if (FAILED(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &streams, NULL)))
        return 1;

    ssize_t length = read((int)(intptr_t)streams.StdOutput, output, sizeof output);
    printf("output: %.*s", (int)length, output);
    CloseHandle(streams.StdOutput);
    HcsWaitForProcessExit(process, INFINITE, &status);
    printf("status: ");
    for (PWSTR c = status; c && *c; c++)
        putchar((char)*c);
    printf("\n");
    LocalFree(status);

    HcsTerminateComputeSystem(system, operation, NULL);
    HcsWaitForOperationResult(operation, INFINITE, NULL);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return 0;
}
