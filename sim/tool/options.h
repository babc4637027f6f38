/* Role: what the commands of hcs-sim share: wrong use, Ctrl-C, the values of options. Single thread. */
#ifndef SIM_TOOL_OPTIONS_H
#define SIM_TOOL_OPTIONS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* One line on standard error; the exit code for it. word may be "". */
int wrong_use(const char *command, const char *what, const char *word);

/* Set once the user asks to stop, from interrupt_listen() on. */
extern volatile sig_atomic_t interrupted;
void interrupt_listen(void);

/* false: the text does not fit. A number from 1 to most. */
bool option_small(const char *text, unsigned most, unsigned *value);
/* A..B, both included. */
bool option_seeds(const char *text, uint64_t *first, uint64_t *last);
/* I/N, from 1. */
bool option_shard(const char *text, unsigned *shard, unsigned *shards);

#endif
