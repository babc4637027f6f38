/* Role: what will happen, ordered by (virtual time, sequence number). Entries can be taken out again: they are
   then only marked, and leave the heap when they come to its top or when there are more of them than others.
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
    void *object; /* NULL: taken out, or free */
    uint64_t time;
    uint32_t next_free; /* of a free slot: the next one + 1 */
    uint16_t kind;
};

enum { QUEUE_SOON = 8 };

/* soon: a few entries that come before the heap's first, in order. An answer that is due in a moment then need not
   climb over 100,000 processes that end some day. */
struct queue {
    struct queue_entry soon[QUEUE_SOON];
    uint32_t soon_count;
    struct queue_entry *heap;
    struct queue_slot *slots;
    uint32_t count, dead, capacity, free; /* count: with the dead ones; free: slot + 1 */
    uint64_t sequence;
    size_t bytes; /* of each array */
};

/* Adds an entry (object is not NULL); the ticket (never 0) takes it out again. 0: there is no memory. */
uint64_t queue_push(struct queue *queue, uint64_t time, uint16_t kind, void *object);
/* Takes an entry out before its time. */
void queue_remove(struct queue *queue, uint64_t ticket);
/* The entry will soon be taken out: with many entries it comes from far away. */
void queue_prefetch(const struct queue *queue, uint64_t ticket);
uint64_t queue_time(const struct queue *queue, uint64_t ticket);
/* The time of the first entry, UINT64_MAX if there is none. */
uint64_t queue_first(struct queue *queue);
/* Takes the first entry out; queue_first() has said that there is one. */
void queue_pop(struct queue *queue, uint16_t *kind, void **object);
void queue_free(struct queue *queue);

#endif
