/* Pools: a free list over chunks. Entry points: pool_take(), pool_give(). */
#include "pool.h"
#include "lock.h"
#include "platform/platform.h"
#include <stdlib.h>
#include <string.h>

/* Under the address sanitizer every object is an allocation of its own, so that a use after the end is seen. */
#ifdef __SANITIZE_ADDRESS__
enum { SINGLE_ALLOCATIONS = 1 };
#else
enum { SINGLE_ALLOCATIONS = 0 };
#endif

/* Each chunk is twice the last, from one that a small program fills to one on a large page. */
enum { FIRST_CHUNK = 16384, LARGEST_CHUNK = 2 << 20 };

/* Chunks stay linked from here, so that a leak checker sees them as reachable. */
struct chunk {
    struct chunk *next;
    max_align_t objects[];
};
static struct chunk *chunks;

static void grow(struct pool *pool)
{
    size_t step = (pool->size + 15) & ~(size_t)15;
    size_t size = !pool->chunk ? FIRST_CHUNK : pool->chunk < LARGEST_CHUNK ? pool->chunk * 2 : LARGEST_CHUNK;
    struct chunk *chunk = platform_chunk(size);
    if (!chunk)
        return;
    pool->chunk = size;
    chunk->next = chunks;
    chunks = chunk;
    for (size_t i = (size - sizeof *chunk) / step; i-- > 0;) {
        void *object = (char *)chunk->objects + i * step;
        memcpy(object, &pool->free, sizeof pool->free);
        pool->free = object;
    }
}

void *pool_take(struct pool *pool)
{
    CHECK_HELD();
    CHECK(pool->size >= sizeof pool->free);
    if (SINGLE_ALLOCATIONS) {
        void *single = calloc(1, pool->size);
        pool->live += single != NULL;
        return single;
    }
    if (!pool->free)
        grow(pool);
    void *object = pool->free;
    if (!object)
        return NULL;
    memcpy(&pool->free, object, sizeof pool->free);
    pool->live++;
    return memset(object, 0, pool->size);
}

void pool_give(struct pool *pool, void *object)
{
    CHECK_HELD();
    CHECK(object);
    CHECK(pool->live > 0);
    CHECK(object != pool->free); /* given back twice in a row */
    pool->live--;
    if (SINGLE_ALLOCATIONS) {
        free(object);
        return;
    }
    memcpy(object, &pool->free, sizeof pool->free);
    pool->free = object;
}
