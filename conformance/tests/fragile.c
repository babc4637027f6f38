/* A library that ends the program when a system with a long configuration is created. */
#include <windows.h>
#include <computecore.h>
#include <stdlib.h>
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT
#endif

enum { LONG_UNITS = 500 }; /* longer than what rows about one member of Chipset have */

EXPORT HRESULT WINAPI HcsCreateComputeSystem(
    PCWSTR id, PCWSTR configuration, HCS_OPERATION operation, const SECURITY_DESCRIPTOR *security, HCS_SYSTEM *system)
{
    static char made;
    size_t length = 0;
    (void)id;
    (void)operation;
    (void)security;
    while (configuration && configuration[length])
        length++;
    if (length > LONG_UNITS)
        abort();
    *system = (HCS_SYSTEM)(void *)&made;
    return S_OK;
}

EXPORT HRESULT WINAPI HcsTerminateComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR options)
{
    (void)system;
    (void)operation;
    (void)options;
    return S_OK;
}

EXPORT void WINAPI HcsCloseComputeSystem(HCS_SYSTEM system)
{
    (void)system;
}
