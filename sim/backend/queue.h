/* Role: the queue of future events, ordered by (virtual time, sequence number). Removed entries are only marked dead;
   they leave the heap when they reach its top or when dead entries outnumber the others.
   A place is reserved before an entry is needed, so that a push never fails: it takes a reserved place, and
   popping or removing the entry turns it into a reserved place again.
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
    uint32_t next_free; /* of a free slot: the next one + 1 */
    uint16_t kind;
};

enum { QUEUE_SOON = 8 };

/* soon: a few entries before the heap's first, in order. An answer due shortly is then queued without work in a heap
   that holds 100,000 future process exits. */
struct queue {
    struct queue_entry soon[QUEUE_SOON];
    uint32_t soon_count;
    struct queue_entry *heap;
    struct queue_slot *slots;
    uint32_t count, dead, capacity, free; /* count: includes dead entries; free: slot + 1 */
    uint32_t taken, reserved;             /* slots with an entry, dead ones included; places without one */
    uint64_t sequence;
    size_t bytes; /* of each array */
};

/* Reserves a place for one entry at a time, until queue_release(). false: out of memory. */
bool queue_reserve(struct queue *queue);
/* Gives back a reserved place that has no entry. */
void queue_release(struct queue *queue);
/* Adds an entry (object is not NULL) in a reserved place. Returns a ticket, never 0, for queue_remove(). */
uint64_t queue_push(struct queue *queue, uint64_t time, uint16_t kind, void *object);
/* Removes an entry. */
void queue_remove(struct queue *queue, uint64_t ticket);
/* Prefetches an entry that will soon be removed; with many entries the cache miss otherwise dominates. */
void queue_prefetch(const struct queue *queue, uint64_t ticket);
uint64_t queue_time(const struct queue *queue, uint64_t ticket);
/* The time of the first entry, UINT64_MAX if there is none. */
uint64_t queue_first(struct queue *queue);
/* Removes the first entry; there must be one, see queue_first(). */
void queue_pop(struct queue *queue, uint16_t *kind, void **object);
void queue_free(struct queue *queue);

#endif
