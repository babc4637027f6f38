/* Signals on Windows; see signal.h of this folder. */
#include "platform/signal.h"
#include <windows.h>

static void (*on_interrupt)(int);

static BOOL WINAPI console_handler(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    on_interrupt((int)event);
    return TRUE;
}

void program_on_interrupt(void (*set)(int))
{
    on_interrupt = set;
    SetConsoleCtrlHandler(console_handler, TRUE);
}
