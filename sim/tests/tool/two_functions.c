/* A library that has two functions of the API alone. */
#include <windows.h>
#include <computecore.h>

static char made;

HCS_OPERATION HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback)
{
    (void)context;
    (void)callback;
    return (HCS_OPERATION)&made;
}

void HcsCloseOperation(HCS_OPERATION operation)
{
    (void)operation;
}
