/* Role: memory and threads that run out: the n-th allocation, or the n-th thread, that the program asks for fails. For
   programs linked with failing.c and its --wrap options; cJSON's own allocations count, too.
   Threads: any. */
#ifndef TESTS_FAILING_H
#define TESTS_FAILING_H

enum failing_kind { FAILING_MEMORY, FAILING_THREADS };

/* From now on `length` requests in a row fail, the first of them the n-th, counted from 1. */
void failing_begin(enum failing_kind kind, long n, long length);
/* Stops the failures; returns whether anything failed. */
int failing_end(void);

#endif
