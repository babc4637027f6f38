/* Role: memory and threads that run out: the n-th allocation, or the n-th thread, that the program asks for fails. For
   programs linked with failing.c and its --wrap options; cJSON's own allocations count, too.
   Threads: any. */
#ifndef TESTS_FAILING_H
#define TESTS_FAILING_H

enum failing_kind { FAILING_MEMORY, FAILING_THREADS };

/* From here on: the n-th fails, counted from 1, and then `length` ones in a row in all. */
void failing_begin(enum failing_kind kind, long n, long length);
/* Nothing fails any more. Did anything? */
int failing_end(void);

#endif
