/* Role: what will happen, ordered by (virtual time, sequence number). Entries can be taken out again.
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
    void *object;
    uint32_t position; /* in the heap; of a free slot: the next free one + 1 */
    uint16_t kind;
};

struct queue {
    struct queue_entry *heap;
    struct queue_slot *slots;
    uint32_t count, capacity, free; /* free: slot + 1 */
    uint64_t sequence;
};

/* Adds an entry; the ticket (never 0) takes it out again. 0: there is no memory. */
uint64_t queue_push(struct queue *queue, uint64_t time, uint16_t kind, void *object);
/* Takes an entry out before its time. */
void queue_remove(struct queue *queue, uint64_t ticket);
uint64_t queue_time(const struct queue *queue, uint64_t ticket);
/* The time of the first entry, UINT64_MAX if there is none. */
uint64_t queue_first(const struct queue *queue);
/* Takes the first entry out; there is one. */
void queue_pop(struct queue *queue, uint16_t *kind, void **object);
void queue_free(struct queue *queue);

#endif
