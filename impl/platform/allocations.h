/* Role: counts the allocated blocks of a program, for leak checks. Linked into programs, never into the library.
 * Threads: any. */
#ifndef PLATFORM_ALLOCATIONS_H
#define PLATFORM_ALLOCATIONS_H

/* Blocks allocated and not freed, by all libraries of the process; negative: not known on this system. */
long allocations_now(void);

#endif
