/* A library that exports a little of the API and misbehaves as FAULTY_TARGET says: crash, hang, garbage, twice. */
#include <computecore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static HCS_OPERATION_COMPLETION completion;
static void *completion_context;

static int is(const char *name)
{
    const char *fault = getenv("FAULTY_TARGET");
    return fault && !strcmp(fault, name);
}

HCS_OPERATION WINAPI HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback)
{
    completion = callback;
    completion_context = (void *)(uintptr_t)context;
    return malloc(1);
}

void WINAPI HcsCloseOperation(HCS_OPERATION operation)
{
    free(operation);
}

HRESULT WINAPI HcsGetOperationResult(HCS_OPERATION operation, PWSTR *document)
{
    (void)operation;
    if (document)
        *document = NULL;
    return S_OK;
}

HRESULT WINAPI HcsEnumerateComputeSystems(PCWSTR query, HCS_OPERATION operation)
{
    (void)query;
    if (is("crash"))
        abort();
    if (is("twice") && completion) {
        completion(operation, completion_context);
        completion(operation, completion_context);
    }
    return S_OK;
}

HRESULT WINAPI HcsWaitForOperationResult(HCS_OPERATION operation, DWORD timeout, PWSTR *document)
{
    static const WCHAR text[] = u"[{";
    (void)operation;
    (void)timeout;
    while (is("hang"))
        sleep(1);
    if (document) {
        *document = is("garbage") ? memcpy(malloc(sizeof text), text, sizeof text) : NULL;
    }
    return S_OK;
}
