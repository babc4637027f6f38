/* A binary heap whose entries know their slot, and slots that know their place. Entry point: queue_push(). */
#include "queue.h"
#include <stdlib.h>

static bool before(const struct queue_entry *a, const struct queue_entry *b)
{
    return a->time != b->time ? a->time < b->time : a->sequence < b->sequence;
}

static void place(struct queue *queue, uint32_t position, struct queue_entry entry)
{
    queue->heap[position] = entry;
    queue->slots[entry.slot].position = position;
}

static void sift_up(struct queue *queue, uint32_t position, struct queue_entry entry)
{
    while (position) {
        uint32_t parent = (position - 1) / 2;
        if (!before(&entry, &queue->heap[parent]))
            break;
        place(queue, position, queue->heap[parent]);
        position = parent;
    }
    place(queue, position, entry);
}

static void sift_down(struct queue *queue, uint32_t position, struct queue_entry entry)
{
    for (;;) {
        uint32_t child = position * 2 + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count && before(&queue->heap[child + 1], &queue->heap[child]))
            child++;
        if (!before(&queue->heap[child], &entry))
            break;
        place(queue, position, queue->heap[child]);
        position = child;
    }
    place(queue, position, entry);
}

static bool grow(struct queue *queue)
{
    uint32_t capacity = queue->capacity ? queue->capacity * 2 : 64;
    struct queue_entry *heap = realloc(queue->heap, capacity * sizeof *heap);
    if (heap)
        queue->heap = heap;
    struct queue_slot *slots = realloc(queue->slots, capacity * sizeof *slots);
    if (slots)
        queue->slots = slots;
    if (!heap || !slots)
        return false;
    for (uint32_t slot = capacity; slot-- > queue->capacity;) {
        slots[slot].position = queue->free;
        queue->free = slot + 1;
    }
    queue->capacity = capacity;
    return true;
}

uint64_t queue_push(struct queue *queue, uint64_t time, uint16_t kind, void *object)
{
    if (!queue->free && !grow(queue))
        return 0;
    uint32_t slot = queue->free - 1;
    queue->free = queue->slots[slot].position;
    queue->slots[slot].object = object;
    queue->slots[slot].kind = kind;
    sift_up(queue, queue->count++, (struct queue_entry){time, queue->sequence++, slot});
    return (uint64_t)slot + 1;
}

static void take_out(struct queue *queue, uint32_t position)
{
    uint32_t slot = queue->heap[position].slot;
    struct queue_entry last = queue->heap[--queue->count];
    if (position < queue->count) {
        if (position && before(&last, &queue->heap[(position - 1) / 2]))
            sift_up(queue, position, last);
        else
            sift_down(queue, position, last);
    }
    queue->slots[slot].position = queue->free;
    queue->free = slot + 1;
}

void queue_remove(struct queue *queue, uint64_t ticket)
{
    take_out(queue, queue->slots[ticket - 1].position);
}

uint64_t queue_time(const struct queue *queue, uint64_t ticket)
{
    return queue->heap[queue->slots[ticket - 1].position].time;
}

uint64_t queue_first(const struct queue *queue)
{
    return queue->count ? queue->heap[0].time : UINT64_MAX;
}

void queue_pop(struct queue *queue, uint16_t *kind, void **object)
{
    const struct queue_slot *slot = &queue->slots[queue->heap[0].slot];
    *kind = slot->kind;
    *object = slot->object;
    take_out(queue, 0);
}

void queue_free(struct queue *queue)
{
    free(queue->heap);
    free(queue->slots);
    *queue = (struct queue){0};
}
