/* A client that returns from main with exit code 7 while its callback runs. */
#include <computecore.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int entered;

static void CALLBACK never_done(HCS_EVENT *event, void *context)
{
    (void)event;
    (void)context;
    atomic_store(&entered, 1);
    sleep(30);
}

int main(void)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HcsCreateComputeSystem(
        u"returns", u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}", operation, NULL, &system);
    HcsWaitForOperationResult(operation, INFINITE, NULL);
    HcsSetComputeSystemCallback(system, HcsEventOptionNone, NULL, never_done);
    HcsTerminateComputeSystem(system, operation, NULL);
    HcsWaitForOperationResult(operation, INFINITE, NULL);
    while (!atomic_load(&entered))
        usleep(1000);
    return 7;
}
