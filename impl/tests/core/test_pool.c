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
