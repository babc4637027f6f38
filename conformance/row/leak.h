/* Role: finds what a row leaks: handles of the target, pipes, descriptors, threads, blocks of memory. Callers: row.c,
 * main.c. Threads: the one that runs the row. */
#ifndef CONFORMANCE_LEAK_H
#define CONFORMANCE_LEAK_H

#include "platform/process.h"
#include "row/target/target.h"

enum { LEAK_TEXT = 128 };

/* Negative: can't be told. */
struct leak_counts {
    struct program_counts program;
    long handles, blocks;
};

/* Sets the function that counts blocks of memory; without it they are not counted. */
void leak_count_blocks_with(long (*blocks)(void));
/* The number of blocks now; 0: they are not counted. */
long leak_blocks(void);
void leak_count(const struct target *target, struct leak_counts *counts);
/* What is there more than before, in words; false: nothing. Waits for that at most so long: threads of the target may
   end, and close what they have, a moment after the last call. */
bool leak_left(
    const struct target *target, const struct leak_counts *before, unsigned milliseconds, char text[LEAK_TEXT]);

#endif
