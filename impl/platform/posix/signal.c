/* Signals on POSIX systems; see signal.h of this folder. */
#include "platform/signal.h"
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
}

void signal_listen(void)
{
    static const int wishes[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal}, old;
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
        if (wishes[i] != SIGHUP || (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN)) /* nohup stays */
            sigaction(wishes[i], &action, NULL);
}

int signal_exit_code(void)
{
    return caught ? 128 + caught : 0;
}
