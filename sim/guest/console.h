/* Role: the emulated console of a guest process: its size, what was typed while nobody read, the key that interrupts.
   Core lock held. */
#ifndef SIM_CONSOLE_H
#define SIM_CONSOLE_H

#include "guest.h"

enum { CONSOLE_AHEAD = 256 };

struct console {
    uint16_t rows, columns, ahead;
    uint64_t tick; /* when the step that a key came before was due; 0: none did */
    char typed[CONSOLE_AHEAD];
};

/* With one, if the document wants one. false: no memory. */
bool console_take(struct sim_process *process, const struct document *document);
/* 0: the default. */
void console_resize(struct console *console, uint16_t rows, uint16_t columns);
/* A key may have come while the process sleeps: true, and it is interrupted. Other keys wait for who reads next. */
bool console_is_interrupted(struct sim_process *process);
/* One read of standard input, console or not; as stream_read() answers. */
ptrdiff_t console_read(struct sim_process *process, char *bytes, size_t size);
/* How many of the bytes that were read go to the program; *end: then its input is at its end, or it is interrupted. */
size_t console_accept(struct sim_process *process, const char *bytes, size_t length, bool *end, bool *interrupted);
/* The exit code of who is interrupted. */
uint32_t console_exit_code(const struct sim_process *process);

#endif
