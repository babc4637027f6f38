/* A client that waits forever, since its scenario makes a start hang. Each argument is a further thread that waits; the
   thread "late" makes its first call some time after the main thread has begun to wait. usage: deadlocked [THREAD…] */
#include <windows.h>
#include <computecore.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"

static HCS_SYSTEM container;

static void *wait_for_exit(void *name)
{
    if (!strcmp(name, "late"))
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    HcsWaitForComputeSystemExit(container, INFINITE, NULL);
    return NULL;
}

int main(int argc, char **argv)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = HcsCreateComputeSystem(u"a", CONTAINER, operation, NULL, &container);
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, INFINITE, NULL);
    pthread_t thread;
    for (int i = 1; i < argc; i++)
        pthread_create(&thread, NULL, wait_for_exit, argv[i]);
    if (SUCCEEDED(result))
        result = HcsStartComputeSystem(container, operation, NULL);
    puts("the start was accepted");
    if (SUCCEEDED(result))
        result = HcsWaitForOperationResult(operation, INFINITE, NULL);
    printf("the start answered 0x%08X\n", (unsigned)result);
    return SUCCEEDED(result) ? 0 : 1;
}
