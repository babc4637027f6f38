/* A library that has a few functions of the API, and does with them what ours never does: it calls the callback of the
   options of a create, also before that returns, leaves out parameters as they are when it fails, and counts on the
   error of the thread: one more than it finds. */
#include "few.h"
#include <computecore.h>

static char operation_made, system_made;
static HCS_CREATE_OPTIONS_1 options_given;

HCS_OPERATION HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback)
{
    (void)context;
    (void)callback;
    error_set(error_get() + 1);
    return (HCS_OPERATION)&operation_made;
}

void HcsCloseOperation(HCS_OPERATION operation)
{
    (void)operation;
}

static void tell(HCS_EVENT_TYPE type)
{
    static const WCHAR nothing[] = {'{', '}', 0};
    HCS_EVENT event = {.Type = type, .EventData = nothing};
    if (options_given.Callback)
        options_given.Callback(&event, options_given.CallbackContext);
}

HRESULT HcsCreateComputeSystemInNamespace(PCWSTR idNamespace, PCWSTR id, PCWSTR configuration, HCS_OPERATION operation,
    const HCS_CREATE_OPTIONS *options, HCS_SYSTEM *computeSystem)
{
    (void)idNamespace;
    (void)id;
    (void)configuration;
    (void)operation;
    options_given = *(const HCS_CREATE_OPTIONS_1 *)options;
    error_set(error_get() + 1);
    tell(HcsEventServiceDisconnect);
    error_set(error_get() + 1);
    *computeSystem = (HCS_SYSTEM)&system_made;
    return S_OK;
}

void HcsCloseComputeSystem(HCS_SYSTEM computeSystem)
{
    (void)computeSystem;
    tell(HcsEventSystemExited);
}

HRESULT HcsOpenComputeSystem(PCWSTR id, DWORD requestedAccess, HCS_SYSTEM *computeSystem)
{
    (void)id;
    (void)requestedAccess;
    (void)computeSystem;
    error_set(error_get() + 1);
    return E_FAIL;
}

HRESULT HcsGetServiceProperties(PCWSTR propertyQuery, PWSTR *result)
{
    (void)propertyQuery;
    (void)result;
    return E_FAIL;
}
