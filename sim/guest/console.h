/* Role: the emulated console of a guest process: its size, input typed ahead, the interrupt key. Core lock held. */
#ifndef SIM_CONSOLE_H
#define SIM_CONSOLE_H

#include "guest.h"

enum { CONSOLE_AHEAD = 256 };

struct console {
    uint16_t rows, columns, ahead;
    uint64_t tick; /* when the step was due before which a key arrived; 0: no key did */
    char typed[CONSOLE_AHEAD];
};

/* Gives the process a console if the document asks for one. false: out of memory. */
bool console_take(struct sim_process *process, const struct document *document);
/* 0: the default. */
void console_resize(struct console *console, uint16_t rows, uint16_t columns);
/* Checks for keys typed while the process sleeps. true: the interrupt key was among them, and the process is
   interrupted. Other keys are kept for the next read. */
bool console_is_interrupted(struct sim_process *process);
/* One read of standard input, with or without a console. Returns what stream_read() does. */
ptrdiff_t console_read(struct sim_process *process, char *bytes, size_t size);
/* How many of the bytes read belong to the program's input; *end: the input ends there, or the program is interrupted.
 */
size_t console_accept(struct sim_process *process, const char *bytes, size_t length, bool *end, bool *interrupted);
/* The exit code of an interrupted program. */
uint32_t console_exit_code(const struct sim_process *process);

#endif
