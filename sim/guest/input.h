/* Role: commands of guests that read standard input: cat and more, filters, the read of sh. Threads: core lock held. */
#ifndef SIM_INPUT_H
#define SIM_INPUT_H

#include "guest.h"

struct reader;

/* Begins to read a line into a variable of the shell. */
void input_begin_line(struct sim_process *process, const char *variable);
/* Begins a filter, which reads standard input to its end. */
void input_begin_filter(struct sim *sim, struct sim_process *process, const char *command, size_t length);
/* Reads standard input once for the running command. Returns false if there is nothing to read yet. */
bool input_step(struct sim *sim, struct sim_process *process);
void input_drop(struct sim_process *process);

#endif
