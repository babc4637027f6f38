/* Role: what a shell makes of a command before it runs: values for variables, words without quotes. Threads: core lock
   held. */
#ifndef SIM_SHELL_EXPAND_H
#define SIM_SHELL_EXPAND_H

#include "variables.h"

enum { EXPAND_BYTES = 1 << 20 }; /* limit of an expanded command */

/* Words, each with its terminating zero. Initialise with {.text.limit = EXPAND_BYTES}. */
struct words {
    struct text text;
    unsigned count;
};

/* Splits a command of sh or PowerShell into words. Returns false when out of memory. */
bool expand_words(const struct sim_process *process, const char *command, size_t length, struct words *words);
/* Returns a word, or "" behind the last. Any thread. */
const char *words_at(const struct words *words, unsigned number);
/* Appends words from a number on, with blanks between them. quoted: words with blanks get quotes, as program_read()
   expects them. Any thread. */
void words_join(const struct words *words, unsigned from, bool quoted, struct text *text);
/* Appends a text of cmd with values for %NAME%; what is not defined stays as it is. */
void expand_percent(const struct sim_process *process, const char *text, size_t length, struct text *to);
/* Appends a command of cmd without the carets that escape a character. Any thread. */
void expand_carets(const char *text, size_t length, struct text *to);
/* Computes an expression of sh such as i+1. */
int64_t expand_arithmetic(const struct sim_process *process, const char *text, size_t length);

#endif
