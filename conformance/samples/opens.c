/* The other one of two programs that share a host: opens the system that creates.c runs, hears of what happens to it,
   and ends it. */
#include "sample.h"

static void CALLBACK on_event(HCS_EVENT *event, void *context)
{
    if (event->Type == HcsEventSystemExited)
        *(volatile int *)context = 1;
}

int main(void)
{
    static volatile int exited;
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    check("open", HcsOpenComputeSystem(TEXT16("shared-sample"), GENERIC_ALL, &system));
    check("listen", HcsSetComputeSystemCallback(system, HcsEventOptionNone, (void *)&exited, on_event));
    check("terminate", HcsTerminateComputeSystem(system, operation, NULL));
    check("terminated", HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseComputeSystem(system); /* delivers what was queued before it */
    HcsCloseOperation(operation);
    printf("its exit was %s\n", exited ? "heard" : "not heard");
    return exited ? 0 : 1;
}
