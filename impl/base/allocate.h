/* Role: memory of the tools: it is there, or the tool ends with "out of memory" and exit code 2; what it says is never
   made from a part of what it should have had. Callers: the tools; never the library, whose clients are told. Threads:
   any. */
#ifndef BASE_ALLOCATE_H
#define BASE_ALLOCATE_H

#include <stddef.h>

/* Each from malloc; free() takes it. allocate_zeros() gives zeros, reallocate() takes NULL, too. */
void *allocate(size_t size);
void *allocate_zeros(size_t count, size_t size);
void *reallocate(void *memory, size_t size);
char *allocate_copy(const char *text);
/* The same of cJSON from now on, for the whole process. */
void allocate_json(void);
/* Whose name the line has; text that lives as long as the program. */
void allocate_for(const char *tool);
/* What standard output holds is written, then one line on standard error; exit code 2. */
_Noreturn void out_of_memory(void);
/* Ends the tool if what has just failed, by errno, failed for want of memory. */
void memory_check(void);

#endif
