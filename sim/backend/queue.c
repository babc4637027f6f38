/* A heap over slots. Entry point: queue_push(). */
#include "queue.h"
#include "base/check.h"
#include "platform/platform.h"
#include <string.h>

static bool before(const struct queue_entry *a, const struct queue_entry *b)
{
    return a->time != b->time ? a->time < b->time : a->sequence < b->sequence;
}

/* With four children per node the heap has half the levels of a binary heap, and siblings are adjacent in memory. */
enum { CHILDREN = 4 };

static void sift_up(struct queue *queue, uint32_t position, struct queue_entry entry)
{
    while (position) {
        uint32_t parent = (position - 1) / CHILDREN;
        if (!before(&entry, &queue->heap[parent]))
            break;
        queue->heap[position] = queue->heap[parent];
        position = parent;
    }
    queue->heap[position] = entry;
}

static uint32_t first_child(const struct queue *queue, uint32_t position)
{
    uint32_t child = position * CHILDREN + 1, best = child;
    uint32_t end = child + CHILDREN < queue->count ? child + CHILDREN : queue->count;
    while (++child < end)
        if (before(&queue->heap[child], &queue->heap[best]))
            best = child;
    return best;
}

static void sift_down(struct queue *queue, uint32_t position, struct queue_entry entry)
{
    while (position * CHILDREN + 1 < queue->count) {
        uint32_t child = first_child(queue, position);
        if (!before(&queue->heap[child], &entry))
            break;
        queue->heap[position] = queue->heap[child];
        position = child;
    }
    queue->heap[position] = entry;
}

/* Both arrays, in large pages if available, always have the same number of bytes. */
_Static_assert(sizeof(struct queue_entry) == sizeof(struct queue_slot), "one capacity serves both arrays");
enum { FIRST_BYTES = 4096 };

static bool enlarge(void *array, uint32_t used, size_t bytes)
{
    void *old, *larger = platform_chunk(bytes);
    memcpy(&old, array, sizeof old);
    if (!larger)
        return false;
    if (old)
        memcpy(larger, old, used * sizeof(struct queue_slot));
    platform_chunk_free(old);
    memcpy(array, &larger, sizeof larger);
    return true;
}

static bool grow(struct queue *queue)
{
    size_t bytes = queue->bytes ? queue->bytes * 2 : FIRST_BYTES;
    uint32_t capacity = (uint32_t)(bytes / sizeof(struct queue_slot));
    if (!enlarge(&queue->heap, queue->count, bytes) || !enlarge(&queue->slots, queue->capacity, bytes))
        return false;
    for (uint32_t slot = capacity; slot-- > queue->capacity;) {
        queue->slots[slot].next_free = queue->free;
        queue->free = slot + 1;
    }
    queue->capacity = capacity;
    queue->bytes = bytes;
    return true;
}

static void free_slot(struct queue *queue, uint32_t slot)
{
    CHECK(slot < queue->capacity);
    queue->slots[slot].object = NULL;
    queue->slots[slot].next_free = queue->free;
    queue->free = slot + 1;
}

static void end_entry(struct queue *queue, uint32_t slot)
{
    CHECK(queue->taken > 0);
    queue->taken--;
    free_slot(queue, slot);
}

static void insert_soon(struct queue *queue, struct queue_entry entry)
{
    CHECK(queue->soon_count < QUEUE_SOON);
    uint32_t i = queue->soon_count++;
    for (; i && before(&entry, &queue->soon[i - 1]); i--)
        queue->soon[i] = queue->soon[i - 1];
    queue->soon[i] = entry;
}

static bool is_dead(const struct queue *queue, const struct queue_entry *entry)
{
    return !queue->slots[entry->slot].object;
}

static void drop_soon(struct queue *queue, uint32_t position)
{
    CHECK(position < queue->soon_count);
    end_entry(queue, queue->soon[position].slot);
    queue->soon_count--;
    for (; position < queue->soon_count; position++)
        queue->soon[position] = queue->soon[position + 1];
}

static void drop_top(struct queue *queue)
{
    CHECK(queue->count > 0);
    end_entry(queue, queue->heap[0].slot);
    if (--queue->count)
        sift_down(queue, 0, queue->heap[queue->count]);
}

/* Returns the first entry of soon and heap, or NULL if both are empty. */
static const struct queue_entry *first_entry(const struct queue *queue)
{
    if (!queue->soon_count)
        return queue->count ? &queue->heap[0] : NULL;
    return queue->count && before(&queue->heap[0], &queue->soon[0]) ? &queue->heap[0] : &queue->soon[0];
}

static void drop(struct queue *queue, const struct queue_entry *entry)
{
    if (entry == &queue->soon[0])
        drop_soon(queue, 0);
    else
        drop_top(queue);
}

/* Removes dead entries. The others keep their order, which depends only on time and sequence number. */
static void compact(struct queue *queue)
{
    uint32_t kept = 0;
    for (uint32_t i = queue->soon_count; i-- > 0;)
        if (is_dead(queue, &queue->soon[i]))
            drop_soon(queue, i);
    for (uint32_t i = 0; i < queue->count; i++)
        if (!is_dead(queue, &queue->heap[i]))
            queue->heap[kept++] = queue->heap[i];
    /* lists the free slots in memory order, so that those taken next are adjacent */
    queue->free = 0;
    for (uint32_t slot = queue->capacity; slot-- > 0;)
        if (!queue->slots[slot].object)
            free_slot(queue, slot);
    queue->count = kept;
    queue->taken = kept + queue->soon_count;
    queue->dead = 0;
    for (uint32_t i = kept; i-- > 0;)
        sift_down(queue, i, queue->heap[i]);
}

bool queue_reserve(struct queue *queue)
{
    if (queue->capacity - queue->taken <= queue->reserved && !grow(queue)) {
        compact(queue);
        if (queue->capacity - queue->taken <= queue->reserved)
            return false;
    }
    queue->reserved++;
    return true;
}

void queue_release(struct queue *queue)
{
    CHECK(queue->reserved > 0);
    queue->reserved--;
}

uint64_t queue_push(struct queue *queue, uint64_t time, uint16_t kind, void *object)
{
    CHECK(object);
    CHECK(queue->dead <= queue->count + queue->soon_count);
    CHECK(queue->reserved > 0);
    if (!queue->free && !grow(queue))
        compact(queue); /* frees the slots of dead entries; the reserved place is one of them */
    queue->reserved--;
    queue->taken++;
    uint32_t slot = queue->free - 1;
    CHECK(slot < queue->capacity && !queue->slots[slot].object);
    queue->free = queue->slots[slot].next_free;
    queue->slots[slot] = (struct queue_slot){object, time, 0, kind};
    struct queue_entry entry = {time, queue->sequence++, slot};
    if (queue->soon_count < QUEUE_SOON && (!queue->count || before(&entry, &queue->heap[0])))
        insert_soon(queue, entry);
    else
        sift_up(queue, queue->count++, entry);
    return (uint64_t)slot + 1;
}

void queue_remove(struct queue *queue, uint64_t ticket)
{
    CHECK(ticket > 0 && ticket <= queue->capacity);
    CHECK(queue->slots[ticket - 1].object); /* has not been popped or removed */
    enum { FEW = 64 };
    queue->slots[ticket - 1].object = NULL;
    queue->reserved++;
    if (++queue->dead > FEW && queue->dead > queue->count / 2)
        compact(queue);
}

void queue_prefetch(const struct queue *queue, uint64_t ticket)
{
    if (ticket)
        __builtin_prefetch(&queue->slots[ticket - 1], 1);
}

uint64_t queue_time(const struct queue *queue, uint64_t ticket)
{
    CHECK(ticket > 0 && ticket <= queue->capacity);
    CHECK(queue->slots[ticket - 1].object);
    return queue->slots[ticket - 1].time;
}

uint64_t queue_first(struct queue *queue)
{
    const struct queue_entry *entry;
    while ((entry = first_entry(queue)) && is_dead(queue, entry)) {
        CHECK(queue->dead > 0);
        drop(queue, entry);
        queue->dead--;
    }
    return entry ? entry->time : UINT64_MAX;
}

void queue_pop(struct queue *queue, uint16_t *kind, void **object)
{
    const struct queue_entry *entry = first_entry(queue);
    CHECK(entry); /* the caller has called queue_first() */
    const struct queue_slot *slot = &queue->slots[entry->slot];
    CHECK(slot->object && slot->time == entry->time);
    *kind = slot->kind;
    *object = slot->object;
    queue->reserved++;
    drop(queue, entry);
}

void queue_free(struct queue *queue)
{
    platform_chunk_free(queue->heap);
    platform_chunk_free(queue->slots);
    *queue = (struct queue){0};
}
