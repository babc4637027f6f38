/* Role: memory for objects of one size, reused first; chunks are kept until the process ends.
   Threads: called with the core lock held. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
    size_t size; /* of an object; set before the first use */
    void *free;
    size_t spare, reserved; /* in the free list; of those, the ones that are promised */
    size_t live;
    size_t chunk; /* bytes of the last chunk */
};

#define POOL(type)                                                                                                     \
    {                                                                                                                  \
        sizeof(type), NULL, 0, 0, 0, 0                                                                                 \
    }

/* Zeroed memory, or NULL when there is none. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);
/* So many more objects are there for pool_take_reserved(), whatever happens until then. false: there is no memory. */
bool pool_reserve(struct pool *pool, size_t count);
/* Never NULL: one of those that were reserved, zeroed. */
void *pool_take_reserved(struct pool *pool);
/* So many are not needed after all. */
void pool_release(struct pool *pool, size_t count);

#endif
