/* Role: allocator for objects of one size; freed objects are reused first, chunks are kept until the process ends. At
   most a quarter of a pool's memory, or one small chunk, has never been in use.
   Threads: called with the core lock held. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
    size_t size; /* of an object; set before the first use */
    void *free;
    size_t spare, reserved; /* objects in the free list; how many of them are reserved */
    size_t live;            /* objects taken and not given back */
    size_t bytes;           /* of all its chunks */
};

#define POOL(type)                                                                                                     \
    {                                                                                                                  \
        sizeof(type), NULL, 0, 0, 0, 0                                                                                 \
    }

/* Returns a zeroed object, or NULL when out of memory. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);
/* Reserves count more objects for pool_take_reserved(). Returns false when out of memory. */
bool pool_reserve(struct pool *pool, size_t count);
/* Returns a zeroed object from those reserved; never NULL. */
void *pool_take_reserved(struct pool *pool);
/* Gives up the reservation of count objects. */
void pool_release(struct pool *pool, size_t count);

/* Moves an array into a larger one and frees the old one. Arrays come from chunks like objects, so that many of them
   also lie in large pages. bytes: the new size, a power of two and at least POOL_ARRAY_LEAST; old_bytes: the size so
   far, 0 if array is NULL. Returns the new array, zeroed beyond the old content; NULL when out of memory, and then the
   old array is unchanged. */
enum { POOL_ARRAY_LEAST = 128 };
void *pool_array_enlarge(void *array, size_t old_bytes, size_t bytes);
/* Frees an array; NULL with 0 bytes is allowed. */
void pool_array_give(void *array, size_t bytes);

#endif
