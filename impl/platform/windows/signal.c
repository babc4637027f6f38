/* Signals on Windows; see signal.h of this folder. */
#include "platform/signal.h"
#include <windows.h>

enum { INTERRUPTED = 130, TERMINATED = 143 };

static volatile LONG caught;

/* After the answer to a closed console or a log-off the system ends the process some seconds later. */
static BOOL WINAPI on_event(DWORD event)
{
    InterlockedExchange(&caught, event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT ? INTERRUPTED : TERMINATED);
    return TRUE;
}

void signal_listen(void)
{
    SetConsoleCtrlHandler(on_event, TRUE);
}

int signal_exit_code(void)
{
    return caught;
}
