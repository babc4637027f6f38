/* A library of which some functions are stubs, one crashes without arguments, and one does not return. */
#include <windows.h>
#include <computecore.h>
#include <stdlib.h>
#ifdef _WIN32
#define rest() Sleep(1000)
#define EXPORT __declspec(dllexport)
#else
#include <unistd.h>
#define rest() sleep(1)
#define EXPORT
#endif

EXPORT HRESULT WINAPI HcsEnumerateComputeSystems(PCWSTR query, HCS_OPERATION operation)
{
    (void)query;
    return operation ? S_OK : E_INVALIDARG;
}

EXPORT HRESULT WINAPI HcsCancelOperation(HCS_OPERATION operation)
{
    (void)operation;
    return E_NOTIMPL;
}

EXPORT HRESULT WINAPI HcsPauseComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options)
{
    (void)system;
    (void)operation;
    (void)options;
    return E_NOTIMPL;
}

EXPORT HRESULT WINAPI HcsResumeComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options)
{
    (void)operation;
    (void)options;
    if (!system)
        abort();
    return S_OK;
}

EXPORT HRESULT WINAPI HcsSaveComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options)
{
    (void)operation;
    (void)options;
    while (!system)
        rest();
    return S_OK;
}

/* Comes after those that do not return. */
EXPORT HRESULT WINAPI HcsTerminateProcess(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR options)
{
    (void)process;
    (void)operation;
    (void)options;
    return E_NOTIMPL;
}
