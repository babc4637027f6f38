/* Role: allocator for objects of one size; freed objects are reused first, chunks are kept until the process ends.
   Threads: called with the core lock held. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
    size_t size; /* of an object; set before the first use */
    void *free;
    size_t spare, reserved; /* objects in the free list; how many of them are reserved */
    size_t live;
    size_t chunk; /* bytes of the last chunk */
};

#define POOL(type)                                                                                                     \
    {                                                                                                                  \
        sizeof(type), NULL, 0, 0, 0, 0                                                                                 \
    }

/* A zeroed object, or NULL when out of memory. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);
/* Reserves count more objects for pool_take_reserved(). false: out of memory. */
bool pool_reserve(struct pool *pool, size_t count);
/* A zeroed object from those reserved; never NULL. */
void *pool_take_reserved(struct pool *pool);
/* Gives up the reservation of count objects. */
void pool_release(struct pool *pool, size_t count);

/* Arrays from the same chunks, so that with many of them they are in large pages, too. bytes: a power of two, at least
   POOL_ARRAY_LEAST; old_bytes: of the array so far, 0 if it is NULL. Returns the larger array with the old content,
   zeroed beyond it; NULL: out of memory, and the old one stays as it is. */
enum { POOL_ARRAY_LEAST = 128 };
void *pool_array_enlarge(void *array, size_t old_bytes, size_t bytes);
/* NULL with 0 bytes is allowed. */
void pool_array_give(void *array, size_t bytes);

#endif
