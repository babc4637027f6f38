/* Role: the queue of future events, ordered by (virtual time, sequence number). Removed entries are only marked dead;
   they leave the heap when they reach its top or when dead entries outnumber the others.
   Whoever will push entries reserves places first, so that a push never fails: it takes a reserved place, which is
   reserved again when the entry is popped or removed.
   Threads: one at a time (core lock). */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_entry {
    uint64_t time, sequence;
    uint32_t slot;
};

struct queue_slot {
    void *object; /* NULL: removed, or free */
    uint64_t time;
    uint32_t next_free; /* of a free slot: the number of the next one + 1; 0: none */
    uint16_t kind;
};

enum { QUEUE_SOON = 8 };

/* soon has, in order, a few entries that are due before the first of the heap: answers that are due shortly then cost
   nothing in a heap with 100,000 future process exits. */
struct queue {
    struct queue_entry soon[QUEUE_SOON];
    uint32_t soon_count;
    struct queue_entry *heap;
    struct queue_slot *slots;
    uint32_t count, dead, capacity, free; /* count includes dead entries; free: the first free slot + 1, 0: none */
    uint32_t taken, reserved;             /* slots with an entry, including dead ones; reserved places without one */
    uint64_t sequence;
    size_t bytes; /* of each array */
};

/* Reserves a place until queue_release(); it can hold one entry at a time. Returns false when out of memory. */
bool queue_reserve(struct queue *queue);
/* Gives back a reserved place that has no entry. */
void queue_release(struct queue *queue);
/* Adds an entry in a reserved place; object must not be NULL. Returns a ticket, never 0, for queue_remove(). */
uint64_t queue_push(struct queue *queue, uint64_t time, uint16_t kind, void *object);
void queue_remove(struct queue *queue, uint64_t ticket);
/* Prefetches an entry that will soon be removed; with many entries the cache miss would dominate. */
void queue_prefetch(const struct queue *queue, uint64_t ticket);
uint64_t queue_time(const struct queue *queue, uint64_t ticket);
/* Returns the time of the first entry, or UINT64_MAX. */
uint64_t queue_first(struct queue *queue);
/* Removes the first entry and returns its kind and object. queue_first() must have returned its time. */
void queue_pop(struct queue *queue, uint16_t *kind, void **object);
void queue_free(struct queue *queue);

#endif
