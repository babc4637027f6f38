/* A client that waits forever, since its scenario makes a start hang. usage: deadlocked [threads] */
#include <windows.h>
#include <computecore.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"

static HCS_SYSTEM container;

static void *wait_for_exit(void *unused)
{
    HcsWaitForComputeSystemExit(container, INFINITE, NULL);
    return unused;
}

int main(int argc, char **argv)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = HcsCreateComputeSystem(u"a", CONTAINER, operation, NULL, &container);
    (void)argv;
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, INFINITE, NULL);
    pthread_t thread;
    for (int i = 1; i < argc; i++)
        pthread_create(&thread, NULL, wait_for_exit, NULL);
    if (SUCCEEDED(result))
        result = HcsStartComputeSystem(container, operation, NULL);
    puts("the start was accepted");
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, INFINITE, NULL);
    printf("the start answered 0x%08X\n", (unsigned)result);
    return SUCCEEDED(result) ? 0 : 1;
}
