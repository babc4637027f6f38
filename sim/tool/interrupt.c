/* Ctrl-C. Entry point: interrupt_listen(). */
#include "interrupt.h"
#include "platform/signal.h"

volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

void interrupt_listen(void)
{
    program_on_interrupt(on_interrupt);
}
