/* Role: counts the blocks of memory that a program has, for leak checks. A program that links it counts; no library
   does. Threads: any. */
#ifndef PLATFORM_ALLOCATIONS_H
#define PLATFORM_ALLOCATIONS_H

/* Blocks that are allocated and not freed, by whatever library of the process; negative: can't be told here. */
long allocations_now(void);

#endif
