/* Pools: a free list over chunks. Entry points: pool_take(), pool_give(), pool_array_enlarge(). */
#include "pool.h"
#include "lock.h"
#include "platform/platform.h"
#include <stdlib.h>
#include <string.h>

/* Under the address sanitizer every object is its own allocation, so that a use after free is detected. */
#ifdef __SANITIZE_ADDRESS__
enum { SINGLE_ALLOCATIONS = 1 };
#else
enum { SINGLE_ALLOCATIONS = 0 };
#endif

/* A chunk has at most a quarter of what the pool had before, since the last one is seldom used up. The first suits
   small programs; the largest is one large page. */
enum { FIRST_CHUNK = 16384, LARGEST_CHUNK = 2 << 20, SHARE = 4 };

/* Objects of at least a cache line are aligned to one: with many objects, cache misses dominate the cost. */
enum { CACHE_LINE = 64, SMALL = 16 };

/* Chunks stay linked from here, so that a leak checker sees them as reachable. */
struct chunk {
    struct chunk *next;
    _Alignas(CACHE_LINE) char objects[];
};
static struct chunk *chunks;

static void put(struct pool *pool, void *object)
{
    memcpy(object, &pool->free, sizeof pool->free);
    pool->free = object;
    pool->spare++;
}

static void *get(struct pool *pool)
{
    void *object = pool->free;
    CHECK(object && pool->spare > 0);
    memcpy(&pool->free, object, sizeof pool->free);
    pool->spare--;
    return object;
}

static void grow(struct pool *pool)
{
    size_t unit = pool->size < CACHE_LINE ? SMALL : CACHE_LINE, step = (pool->size + unit - 1) / unit * unit;
    size_t size = FIRST_CHUNK;
    while (size < LARGEST_CHUNK && size * 2 * SHARE <= pool->bytes)
        size *= 2;
    struct chunk *chunk = platform_chunk(size);
    if (!chunk)
        return;
    pool->bytes += size;
    chunk->next = chunks;
    chunks = chunk;
    for (size_t i = (size - sizeof *chunk) / step; i-- > 0;) {
        void *object = chunk->objects + i * step;
        put(pool, object);
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
    if (pool->spare == pool->reserved)
        grow(pool);
    if (pool->spare == pool->reserved)
        return NULL;
    pool->live++;
    return memset(get(pool), 0, pool->size);
}

void pool_give(struct pool *pool, void *object)
{
    CHECK_HELD();
    CHECK(object);
    CHECK(pool->live > 0);
    CHECK(object != pool->free); /* given back twice in a row */
    pool->live--;
    if (SINGLE_ALLOCATIONS)
        free(object);
    else
        put(pool, object);
}

/* Adds at least one object to the free list. */
static bool add_spare(struct pool *pool)
{
    size_t before = pool->spare;
    void *single = SINGLE_ALLOCATIONS ? calloc(1, pool->size) : NULL;
    if (single)
        put(pool, single);
    else if (!SINGLE_ALLOCATIONS)
        grow(pool);
    return pool->spare > before;
}

bool pool_reserve(struct pool *pool, size_t count)
{
    CHECK_HELD();
    while (pool->spare < pool->reserved + count)
        if (!add_spare(pool))
            return false;
    pool->reserved += count;
    return true;
}

void *pool_take_reserved(struct pool *pool)
{
    CHECK_HELD();
    CHECK(pool->reserved > 0);
    pool->reserved--;
    pool->live++;
    return memset(get(pool), 0, pool->size);
}

void pool_release(struct pool *pool, size_t count)
{
    CHECK_HELD();
    CHECK(pool->reserved >= count);
    pool->reserved -= count;
    while (SINGLE_ALLOCATIONS && pool->spare > pool->reserved)
        free(get(pool));
}

/* --- arrays --- */

/* A pool for each size up to half of the first chunk; larger arrays are chunks of their own. */
enum { ARRAY_SIZES = 6, LARGEST_ARRAY = POOL_ARRAY_LEAST << (ARRAY_SIZES - 1) };
_Static_assert(LARGEST_ARRAY * 2 < FIRST_CHUNK, "a first chunk has room for arrays of each size");
static struct pool arrays[ARRAY_SIZES];

static struct pool *pool_of(size_t bytes)
{
    struct pool *pool = arrays;
    for (size_t size = POOL_ARRAY_LEAST; size < bytes; size *= 2)
        pool++;
    pool->size = bytes;
    return pool;
}

void *pool_array_enlarge(void *array, size_t old_bytes, size_t bytes)
{
    CHECK_HELD();
    CHECK(bytes >= POOL_ARRAY_LEAST && !(bytes & (bytes - 1)) && old_bytes < bytes);
    void *larger = bytes > LARGEST_ARRAY ? platform_chunk(bytes) : pool_take(pool_of(bytes));
    if (!larger)
        return NULL;
    if (old_bytes)
        memcpy(larger, array, old_bytes);
    pool_array_give(array, old_bytes);
    return larger;
}

void pool_array_give(void *array, size_t bytes)
{
    CHECK_HELD();
    CHECK(!array == !bytes);
    if (bytes > LARGEST_ARRAY)
        platform_chunk_free(array);
    else if (array)
        pool_give(pool_of(bytes), array);
}
