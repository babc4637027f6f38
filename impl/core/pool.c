/* Pools: a free list over chunks. Entry points: pool_take(), pool_give(). */
#include "pool.h"
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 32768 };

/* Chunks stay linked from here, so that a leak checker sees them as reachable. */
struct chunk {
    struct chunk *next;
    max_align_t objects[];
};
static struct chunk *chunks;

static void grow(struct pool *pool)
{
    size_t step = (pool->size + 15) & ~(size_t)15;
    size_t count = CHUNK_BYTES / step ? CHUNK_BYTES / step : 1;
    struct chunk *chunk = malloc(sizeof *chunk + count * step);
    if (!chunk)
        return;
    chunk->next = chunks;
    chunks = chunk;
    for (size_t i = count; i-- > 0;) {
        void *object = (char *)chunk->objects + i * step;
        memcpy(object, &pool->free, sizeof pool->free);
        pool->free = object;
    }
}

void *pool_take(struct pool *pool)
{
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
    memcpy(object, &pool->free, sizeof pool->free);
    pool->free = object;
    pool->live--;
}
