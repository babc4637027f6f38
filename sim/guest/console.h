/* Role: the emulated console of a guest process: its size, input typed ahead, the interrupt key. Core lock held. */
#ifndef SIM_CONSOLE_H
#define SIM_CONSOLE_H

#include "guest.h"

enum { CONSOLE_AHEAD = 256 };

struct console {
    uint16_t rows, columns, ahead;
    uint64_t ready; /* when it can be resized */
    uint64_t tick;  /* the time at which the next step was due when a key arrived before it; 0: none has */
    char typed[CONSOLE_AHEAD];
};

/* Gives the process a console if the document asks for one. Returns false when out of memory. */
bool console_take(struct sim_process *process, const struct document *document);
/* True if the console, of a Windows guest, has no standard input: it ends its program at once. */
bool console_lacks_input(const struct sim_process *process, const struct document *document);
/* Sets the size; 0 stands for the default. */
void console_resize(struct console *console, uint16_t rows, uint16_t columns);
/* Reads the keys typed while the process sleeps, and keeps them for its next read. Returns true if the interrupt key is
   among them. */
bool console_is_interrupted(struct sim_process *process);
/* Reads standard input once, with or without a console. Returns what stream_read() does. */
ptrdiff_t console_read(struct sim_process *process, char *bytes, size_t size);
/* Keeps bytes that were read, and whose program needs no more, for the next read. They must fit. */
void console_give_back(struct sim_process *process, const char *bytes, size_t length);
/* Returns how many of the bytes read belong to the program's input. *end becomes true if the input ends there,
 *interrupted if the program is interrupted there. */
size_t console_accept(struct sim_process *process, const char *bytes, size_t length, bool *end, bool *interrupted);
/* Returns the exit code of an interrupted program. */
uint32_t console_exit_code(const struct sim_process *process);

#endif
