/* Role: Ctrl-C, for the commands of hcs-sim that take a while. Single thread. */
#ifndef SIM_TOOL_INTERRUPT_H
#define SIM_TOOL_INTERRUPT_H

#include <signal.h>

/* Set once the user asks to stop, from interrupt_listen() on. */
extern volatile sig_atomic_t interrupted;
void interrupt_listen(void);

#endif
