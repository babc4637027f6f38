/* The way of the reference's tutorial: create, start, properties, modify, terminate, with one reused operation. */
#include "sample.h"

static HCS_OPERATION operation;

static void finish(const char *what, HRESULT started)
{
    check(what, SUCCEEDED(started) ? HcsWaitForOperationResult(operation, INFINITE, NULL) : started);
}

int main(void)
{
    HCS_SYSTEM system = NULL;
    PWSTR document = NULL;
    operation = HcsCreateOperation(NULL, NULL);
    finish("create", HcsCreateComputeSystem(TEXT16("tutorial"), SAMPLE_VM, operation, NULL, &system));
    finish("start", HcsStartComputeSystem(system, operation, NULL));
    HcsGetComputeSystemProperties(system, operation, TEXT16("{\"PropertyTypes\":[\"Memory\"]}"));
    check("properties", HcsWaitForOperationResult(operation, INFINITE, &document));
    for (PWSTR c = document; *c; c++)
        putchar((char)*c);
    printf("\n");
    LocalFree(document);
    finish("modify",
        HcsModifyComputeSystem(system, operation,
            TEXT16("{\"ResourcePath\":\"VirtualMachine/ComputeTopology/Memory/SizeInMB\",\"RequestType\":\"Update\","
                   "\"Settings\":2048}"),
            NULL));
    finish("terminate", HcsTerminateComputeSystem(system, operation, NULL));
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return 0;
}
