/* A library that exports a little of the API and misbehaves as FAULTY_TARGET says: crash, hang,
   garbage, twice, slow (a second), leak, sometimes (every second call fails), and what faulty_process.h has. */
#include "faulty_process.h"
#include <windows.h>
#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#define rest() Sleep(1000)
#define keep_descriptor() (void)0
#define EXPORT __declspec(dllexport)
#else
#include <fcntl.h>
#include <unistd.h>
#define rest() sleep(1)
#define keep_descriptor() (void)!open("/dev/null", O_RDONLY)
#define EXPORT
#endif

EXPORT void *kept; /* the newest block that leaks */
static HCS_OPERATION_COMPLETION completion;
static void *completion_context;

static int is(const char *name)
{
    const char *fault = getenv("FAULTY_TARGET");
    return fault && !strcmp(fault, name);
}

EXPORT HCS_OPERATION WINAPI HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback)
{
    completion = callback;
    completion_context = (void *)(uintptr_t)context;
    return malloc(1);
}

EXPORT void WINAPI HcsCloseOperation(HCS_OPERATION operation)
{
    free(operation);
}

EXPORT HRESULT WINAPI HcsGetOperationResult(HCS_OPERATION operation, PWSTR *document)
{
    (void)operation;
    if (document)
        *document = NULL;
    return S_OK;
}

EXPORT HRESULT WINAPI HcsOpenComputeSystem(PCWSTR id, DWORD access, HCS_SYSTEM *system)
{
    (void)id;
    (void)access;
    *system = NULL;
    return (HRESULT)0x8037010E;
}

EXPORT HRESULT WINAPI HcsTerminateComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options)
{
    (void)system;
    (void)operation;
    (void)options;
    return (HRESULT)0x8037010E;
}

EXPORT void WINAPI HcsCloseComputeSystem(HCS_SYSTEM system)
{
    (void)system;
}

EXPORT void WINAPI HcsCloseProcess(HCS_PROCESS process)
{
    (void)process;
}

EXPORT HRESULT WINAPI HcsEnumerateComputeSystems(PCWSTR query, HCS_OPERATION operation)
{
    if (is("leak")) {
        kept = malloc(1);
        keep_descriptor();
    }
    if (!query && getenv("FAULTY_TARGET"))
        misbehave(getenv("FAULTY_TARGET")); /* in one row alone: what comes next is well */
    if (is("crash"))
        abort();
    static int calls;
    if (is("sometimes") && calls++ % 2)
        return (HRESULT)0x80004005;
    if (is("denied"))
        return (HRESULT)0x8037011B;
    HCS_OPERATION_COMPLETION callback = completion; /* the newest operation's: callbacks may create more operations */
    void *context = completion_context;
    if (is("twice") && callback) {
        callback(operation, context);
        callback(operation, context);
    }
    return S_OK;
}

/* The row that calls it does so in its second process alone. */
EXPORT HRESULT WINAPI HcsModifyServiceSettings(PCWSTR settings, PWSTR *result)
{
    (void)settings;
    if (result)
        *result = NULL;
    if (getenv("FAULTY_TARGET"))
        misbehave(getenv("FAULTY_TARGET"));
    if (is("crash"))
        abort();
    return S_OK;
}

EXPORT HRESULT WINAPI HcsGetServiceProperties(PCWSTR query, PWSTR *result)
{
    (void)query;
    *result = NULL;
    return S_OK;
}

/* A document that says whose machine it is, and where. */
static WCHAR *telling_document(void)
{
    char text[512];
    snprintf(text, sizeof text, "\"%s in %s/x\"", getenv("USER"), getenv("HOME"));
    WCHAR *document = calloc(sizeof text, sizeof *document);
    for (size_t i = 0; document && text[i]; i++)
        document[i] = (unsigned char)text[i];
    return document;
}

EXPORT HRESULT WINAPI HcsWaitForOperationResult(HCS_OPERATION operation, DWORD timeout, PWSTR *document)
{
    static const WCHAR text[] = {'[', '{', 0};
    (void)operation;
    (void)timeout;
    do
        if (is("hang") || is("slow"))
            rest();
    while (is("hang"));
    if (document) {
        *document = is("garbage") ? memcpy(malloc(sizeof text), text, sizeof text)
                    : is("tells") ? telling_document()
                                  : NULL;
    }
    return S_OK;
}
