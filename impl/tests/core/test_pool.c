/* Pools: reuse, zeroed memory, counts. */
#include "core/lock.h"
#include "core/pool.h"
#include <criterion/criterion.h>
#include <string.h>

struct object {
    char bytes[100];
};

Test(pool, objects_are_zeroed_each_time)
{
    struct pool pool = POOL(struct object);
    core_lock();
    struct object *object = pool_take(&pool);
    memset(object, 0xFF, sizeof *object);
    pool_give(&pool, object);
    object = pool_take(&pool);
    for (size_t i = 0; i < sizeof object->bytes; i++)
        cr_assert_eq(object->bytes[i], 0);
    pool_give(&pool, object);
    core_unlock();
}

Test(pool, live_objects_are_counted_and_distinct)
{
    enum { COUNT = 5000 };
    static struct object *objects[COUNT];
    struct pool pool = POOL(struct object);
    core_lock();
    for (int i = 0; i < COUNT; i++) {
        objects[i] = pool_take(&pool);
        cr_assert_not_null(objects[i]);
        memcpy(objects[i]->bytes, &i, sizeof i);
    }
    cr_expect_eq(pool.live, COUNT);
    for (int i = 0; i < COUNT; i++) {
        cr_assert_eq(memcmp(objects[i]->bytes, &i, sizeof i), 0);
        pool_give(&pool, objects[i]);
    }
    cr_expect_eq(pool.live, 0);
    core_unlock();
}

Test(pool, at_most_a_quarter_of_its_memory_was_never_in_use)
{
    enum { SMALLEST = 5 * 16384, MOST = 20000 };
    static struct object *objects[MOST];
    struct pool pool = POOL(struct object);
    core_lock();
    for (size_t count = 0; count < MOST; count++) {
        objects[count] = pool_take(&pool);
        cr_assert_not_null(objects[count]);
        size_t used = (count + 1) * 128; /* two cache lines each */
        cr_assert(
            pool.bytes <= SMALLEST || pool.bytes - used <= pool.bytes / 4, "%zu of %zu are in use", used, pool.bytes);
    }
    for (int i = 0; i < MOST; i++)
        pool_give(&pool, objects[i]);
    core_unlock();
}

Test(pool, arrays_keep_their_content_as_they_grow_and_are_zeroed_beyond_it)
{
    enum { LARGEST = 1 << 16 }; /* from a pool at first, from a chunk of its own at last */
    core_lock();
    unsigned char *array = NULL;
    size_t size = 0;
    for (size_t bytes = POOL_ARRAY_LEAST; bytes <= LARGEST; bytes *= 2) {
        array = pool_array_enlarge(array, size, bytes);
        cr_assert_not_null(array);
        for (size_t i = 0; i < bytes; i++)
            cr_assert_eq(array[i], i < size ? 0xFF : 0);
        memset(array, 0xFF, bytes);
        size = bytes;
    }
    pool_array_give(array, size);
    pool_array_give(NULL, 0);
    core_unlock();
}

Test(pool, an_array_is_used_again)
{
    core_lock();
    char *array = pool_array_enlarge(NULL, 0, POOL_ARRAY_LEAST);
    memset(array, 0xFF, POOL_ARRAY_LEAST);
    pool_array_give(array, POOL_ARRAY_LEAST);
    array = pool_array_enlarge(NULL, 0, POOL_ARRAY_LEAST);
    for (int i = 0; i < POOL_ARRAY_LEAST; i++)
        cr_assert_eq(array[i], 0);
    pool_array_give(array, POOL_ARRAY_LEAST);
    core_unlock();
}
