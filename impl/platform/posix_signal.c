/* Signals on POSIX systems; see signal.h of this folder. */
#include "platform/signal.h"
#include <signal.h>
#include <stddef.h>

void program_on_interrupt(void (*set)(int))
{
    struct sigaction action = {.sa_handler = set};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
