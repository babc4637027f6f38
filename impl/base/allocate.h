/* Role: memory of the tools: an allocation succeeds, or the tool ends with "out of memory" and exit code 2, so that no
   output is based on incomplete data.
   Callers: the tools; never the library, which returns errors to its clients.
   Threads: any. */
#ifndef BASE_ALLOCATE_H
#define BASE_ALLOCATE_H

#include <stddef.h>

/* Each from malloc, freed with free(). allocate_zeros() returns zeroed memory, reallocate() accepts NULL. */
void *allocate(size_t size);
void *allocate_zeros(size_t count, size_t size);
void *reallocate(void *memory, size_t size);
char *allocate_copy(const char *text);
/* Sets an environment variable of this process, before other threads exist. */
void allocate_variable(const char *name, const char *value);
/* Makes cJSON do the same, for the whole process. */
void allocate_json(void);
/* Sets the tool's name for the message; the text must live as long as the program. */
void allocate_for(const char *tool);
/* The tool's name, for the messages of others. */
const char *allocate_tool(void);
/* Is called by out_of_memory() before the exit; must not allocate. NULL: nothing is. */
void allocate_tell(void (*tell)(void));
/* Flushes standard output, prints one line on standard error, exits with code 2. */
_Noreturn void out_of_memory(void);
/* Ends the tool if errno says that the last call failed for lack of memory. */
void memory_check(void);

#endif
