/* Role: the user's wish that a program stops.
   Callers: the tools. Single thread. */
#ifndef PLATFORM_SIGNAL_H
#define PLATFORM_SIGNAL_H

/* Calls set once when the user asks to stop (Ctrl-C). */
void program_on_interrupt(void (*set)(int));

#endif
