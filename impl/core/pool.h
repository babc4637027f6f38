/* Role: memory for objects of one size, reused first; chunks are kept until the process ends.
   Threads: called with the core lock held. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <stddef.h>

struct pool {
    size_t size; /* of an object; set before the first use */
    void *free;
    size_t live;
    size_t chunk; /* bytes of the last chunk */
};

#define POOL(type)                                                                                                     \
    {                                                                                                                  \
        sizeof(type), NULL, 0, 0                                                                                       \
    }

/* Zeroed memory, or NULL when there is none. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);

#endif
