/* One of two programs that share a host: creates and starts a system, says its id, and waits until somebody has ended
   it. opens.c is the other one. Both reach the same host by COMPUTECORE_ENGINE=unix:PATH, or on Windows always. */
#include "sample.h"

int main(void)
{
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    check("create", HcsCreateComputeSystem(TEXT16("shared-sample"), SAMPLE_VM, operation, NULL, &system));
    check("created", HcsWaitForOperationResult(operation, INFINITE, NULL));
    check("start", HcsStartComputeSystem(system, operation, NULL));
    check("started", HcsWaitForOperationResult(operation, INFINITE, NULL));
    printf("shared-sample runs\n");
    fflush(stdout);
    check("wait for its end", HcsWaitForComputeSystemExit(system, INFINITE, NULL));
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return 0;
}
