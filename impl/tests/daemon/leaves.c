/* A client for tests of who starts computecored, and of when it ends. usage: leaves make|end ID. make creates a
   container and leaves it behind; end ends it. Exit code: 0 done, 1 not, after a line. */
#include <computecore.h>
#include <stdio.h>
#include <string.h>

enum { LIMIT_MS = 15000, TEXT = 128 };

static HRESULT finish(HCS_OPERATION operation, HRESULT begun)
{
    return SUCCEEDED(begun) ? HcsWaitForOperationResult(operation, LIMIT_MS, NULL) : begun;
}

static HRESULT make(PCWSTR id, HCS_OPERATION operation, HCS_SYSTEM *system)
{
    static const WCHAR document[] = u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}";
    return finish(operation, HcsCreateComputeSystem(id, document, operation, NULL, system));
}

static HRESULT end(PCWSTR id, HCS_OPERATION operation, HCS_SYSTEM *system)
{
    HRESULT result = HcsOpenComputeSystem(id, GENERIC_ALL, system);
    return FAILED(result) ? result : finish(operation, HcsTerminateComputeSystem(*system, operation, NULL));
}

int main(int argc, char **argv)
{
    static WCHAR id[TEXT];
    HCS_SYSTEM system = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    if (argc != 3 || !operation)
        return 1;
    for (size_t i = 0; argv[2][i] && i + 1 < TEXT; i++)
        id[i] = (unsigned char)argv[2][i];
    HRESULT result = strcmp(argv[1], "make") == 0 ? make(id, operation, &system) : end(id, operation, &system);
    if (FAILED(result))
        fprintf(stderr, "leaves %s: 0x%08X\n", argv[1], (unsigned)result);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    return FAILED(result);
}
