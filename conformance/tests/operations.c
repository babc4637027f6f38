/* Operations of libraries that only pretend to be targets: each is done at once. */
#include <windows.h>
#include <computecore.h>
#include <stdlib.h>
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT
#endif

EXPORT HCS_OPERATION WINAPI HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback)
{
    (void)context;
    (void)callback;
    return malloc(1);
}

EXPORT void WINAPI HcsCloseOperation(HCS_OPERATION operation)
{
    free(operation);
}

EXPORT HRESULT WINAPI HcsWaitForOperationResult(HCS_OPERATION operation, DWORD timeout, PWSTR *document)
{
    (void)timeout;
    if (document)
        *document = NULL;
    return operation ? S_OK : E_INVALIDARG;
}
