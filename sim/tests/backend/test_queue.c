/* The event queue: order, removal, many entries. */
#include "backend/queue.h"
#include "backend/random.h"
#include <criterion/criterion.h>

static int objects[4];

static uint64_t push(struct queue *queue, uint64_t time, uint16_t kind, void *object)
{
    cr_assert(queue_reserve(queue));
    return queue_push(queue, time, kind, object);
}

Test(queue, earlier_first_and_equal_times_in_the_order_of_arrival)
{
    struct queue queue = {0};
    uint16_t kind;
    void *object;
    push(&queue, 20, 1, &objects[0]);
    push(&queue, 10, 2, &objects[1]);
    push(&queue, 20, 3, &objects[2]);
    push(&queue, 10, 4, &objects[3]);
    static const int order[] = {2, 4, 1, 3};
    for (int i = 0; i < 4; i++) {
        cr_assert_neq(queue_first(&queue), UINT64_MAX);
        queue_pop(&queue, &kind, &object);
        cr_expect_eq(kind, order[i]);
    }
    cr_expect_eq(queue_first(&queue), UINT64_MAX);
    queue_free(&queue);
}

Test(queue, removed_entries_never_come)
{
    struct queue queue = {0};
    uint16_t kind;
    void *object;
    uint64_t first = push(&queue, 1, 1, &objects[0]);
    push(&queue, 2, 2, &objects[1]);
    cr_expect_eq(queue_time(&queue, first), 1);
    queue_remove(&queue, first);
    cr_expect_eq(queue_first(&queue), 2);
    queue_pop(&queue, &kind, &object);
    cr_expect_eq(kind, 2);
    cr_expect_eq(object, (void *)&objects[1]);
    queue_free(&queue);
}

enum { MANY = 20000 };

Test(queue, twenty_thousand_entries_with_removals_keep_their_order)
{
    static uint64_t tickets[MANY], times[MANY];
    static int removed[MANY], numbers[MANY];
    struct queue queue = {0};
    struct random random;
    random_seed(&random, 7);
    for (int i = 0; i < MANY; i++) {
        times[i] = random_below(&random, 1000);
        tickets[i] = push(&queue, times[i], 0, &numbers[i]);
        if (i % 3 == 2) {
            int j = (int)random_below(&random, (uint64_t)i);
            if (!removed[j])
                queue_remove(&queue, tickets[j]);
            removed[j] = 1;
        }
    }
    int left = 0, came = 0, last = -1;
    uint64_t time = 0;
    for (int i = 0; i < MANY; i++)
        left += !removed[i];
    while (queue_first(&queue) != UINT64_MAX) {
        uint16_t kind;
        void *object;
        queue_pop(&queue, &kind, &object);
        int i = (int)((int *)object - numbers);
        cr_assert_not(removed[i]);
        cr_assert(times[i] > time || (times[i] == time && i > last), "entry %d", i);
        time = times[i];
        last = i;
        came++;
    }
    cr_expect_eq(came, left);
    queue_free(&queue);
}

Test(queue, every_place_of_its_memory_is_used_before_it_grows)
{
    struct queue queue = {0};
    push(&queue, 1, 0, &objects[0]);
    uint32_t capacity = queue.capacity;
    for (uint32_t i = 1; i < capacity; i++)
        push(&queue, i, 0, &objects[0]);
    cr_expect_eq(queue.capacity, capacity);
    queue_free(&queue);
}

Test(queue, the_place_of_an_entry_that_came_serves_the_next)
{
    struct queue queue = {0};
    uint16_t kind;
    void *object;
    push(&queue, 0, 0, &objects[0]);
    uint32_t capacity = queue.capacity;
    for (uint64_t i = 1; i < 10 * (uint64_t)capacity; i++) {
        cr_assert_eq(queue_first(&queue), i - 1);
        queue_pop(&queue, &kind, &object);
        queue_push(&queue, i, 0, &objects[0]);
    }
    cr_expect_eq(queue.capacity, capacity);
    queue_free(&queue);
}

/* A thousand reserved places, each used a hundred times: there is always room, and memory stays bounded. */
Test(queue, a_reserved_place_serves_again_and_again)
{
    enum { PLACES = 1000, ROUNDS = 100 };
    static uint64_t tickets[PLACES];
    static int numbers[PLACES];
    struct queue queue = {0};
    struct random random;
    random_seed(&random, 3);
    for (int i = 0; i < PLACES; i++)
        cr_assert(queue_reserve(&queue));
    size_t bytes = queue.bytes;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PLACES; i++) {
            if (tickets[i])
                queue_remove(&queue, tickets[i]);
            tickets[i] = queue_push(&queue, random_below(&random, 50), 0, &numbers[i]);
        }
        for (int i = 0; i < PLACES / 2; i++) {
            uint16_t kind;
            void *object;
            cr_assert_neq(queue_first(&queue), UINT64_MAX);
            queue_pop(&queue, &kind, &object);
            tickets[(int *)object - numbers] = 0;
        }
    }
    cr_expect_leq(queue.bytes, bytes * 2);
    queue_free(&queue);
}
