/* A client of a library with few functions, few_functions.c: prints what it gets of it that it could not get of ours.
 */
#include "few.h"
#include <computecore.h>
#include <stdio.h>
#ifdef _WIN32
#define U(text) L##text
#else
#define U(text) u##text
#endif

static int context;

static void CALLBACK hear(HCS_EVENT *event, void *given)
{
    int error = error_get();
    printf("heard of 0x%x with %s context, error %d\n", (unsigned)event->Type, given == &context ? "my" : "another",
        error);
    error_set(error + 1);
}

static void *const before = &context;

int main(void)
{
    HCS_CREATE_OPTIONS_1 options = {.Version = HcsCreateOptions_1, .CallbackContext = &context, .Callback = hear};
    error_set(0);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    int error = error_get();
    printf("operation: error %d\n", error);
    HCS_SYSTEM system = NULL, other = (HCS_SYSTEM)before;
    PWSTR text = (PWSTR)before;
    error_set(100);
    HRESULT result = HcsCreateComputeSystemInNamespace(NULL, U("a"), U("{}"), operation, &options.Version, &system);
    error = error_get();
    printf("create: 0x%08X, error %d\n", (unsigned)result, error);
    HcsCloseComputeSystem(system);
    error_set(200);
    result = HcsOpenComputeSystem(U("a"), GENERIC_ALL, &other);
    error = error_get();
    printf(
        "open: 0x%08X, %s, error %d\n", (unsigned)result, other == (HCS_SYSTEM)before ? "as it was" : "changed", error);
    result = HcsGetServiceProperties(NULL, &text);
    printf("service: 0x%08X, %s\n", (unsigned)result, text == (PWSTR)before ? "as it was" : "changed");
    HcsCloseOperation(operation);
    return 5;
}
