/* Handle slots. handle_open() is the entry point; handle_ref() is what every call does first. */
#include "handle.h"
#include "lock.h"
#include "platform/platform.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each chunk is twice as large as the one before it. The last one is never allocated: it makes the
   look-up of any index, also of a forged value, stay within the array. */
enum { CACHE_LINE = 64, FIRST_BITS = 10, INDEX_BITS = 28, CHUNKS = INDEX_BITS - FIRST_BITS + 1 };
#define FIRST_SLOTS ((uint32_t)1 << FIRST_BITS)
#define MOST_SLOTS (((uint32_t)1 << INDEX_BITS) - FIRST_SLOTS)

/* word: generation (31 bits), live (1), references (32). One atomic, so that a look-up either gets a
   reference on the generation it asked for or nothing. */
struct slot {
    _Atomic uint64_t word;
    union {
        void *object;
        uint64_t next_free; /* of a free slot: index + 1; 0: none */
    };
    const char *beside[2]; /* prefetched with the object, never read; NULL: none */
};

#define LIVE ((uint64_t)1 << 32)
#define GENERATION_SHIFT 33
#define REFERENCES 0xFFFFFFFFu

struct table {
    _Atomic(struct slot *) chunk[CHUNKS];
    uint32_t used, free; /* free: index + 1 */
};

static struct table tables[HANDLE_KINDS];
static size_t live;

/* The chunk with that index, and its first index with FIRST_SLOTS added. */
static unsigned chunk_of(uint32_t index, uint32_t *first)
{
    unsigned bits = 31 - (unsigned)__builtin_clz(index + FIRST_SLOTS);
    *first = (uint32_t)1 << bits;
    return bits - FIRST_BITS;
}

static struct slot *slot_at(struct table *table, uint32_t index)
{
    uint32_t first;
    struct slot *chunk = atomic_load_explicit(&table->chunk[chunk_of(index, &first)], memory_order_acquire);
    return chunk ? &chunk[index + FIRST_SLOTS - first] : NULL;
}

static struct slot *slot_of(uint64_t value, enum handle_kind kind)
{
    if (((uint32_t)value >> INDEX_BITS) != (uint32_t)kind + 1)
        return NULL;
    return slot_at(&tables[kind], (uint32_t)value & ((1u << INDEX_BITS) - 1));
}

static struct slot *slot_take(struct table *table, uint32_t *index)
{
    if (table->free) {
        *index = table->free - 1;
        struct slot *slot = slot_at(table, *index);
        CHECK(*index < table->used);
        table->free = (uint32_t)slot->next_free;
        return slot;
    }
    uint32_t first;
    *index = table->used;
    if (*index >= MOST_SLOTS)
        return NULL;
    unsigned number = chunk_of(*index, &first);
    if (!slot_at(table, *index)) {
        struct slot *chunk = platform_chunk(first * sizeof *chunk);
        if (!chunk)
            return NULL;
        atomic_store_explicit(&table->chunk[number], chunk, memory_order_release);
    }
    table->used++;
    return slot_at(table, *index);
}

uint64_t handle_open(enum handle_kind kind, void *object)
{
    CHECK_HELD();
    CHECK(kind < HANDLE_KINDS);
    CHECK(object);
    uint32_t index;
    struct slot *slot = slot_take(&tables[kind], &index);
    if (!slot)
        return 0;
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    CHECK(!(word & (LIVE | REFERENCES))); /* the slot's last value is dead and unreferenced */
    uint64_t generation = word >> GENERATION_SHIFT;
    generation = (generation + 1) & 0x7FFFFFFF;
    if (!generation)
        generation = 1;
    live++;
    slot->object = object;
    slot->beside[0] = slot->beside[1] = NULL;
    atomic_store_explicit(&slot->word, generation << GENERATION_SHIFT | LIVE | 1, memory_order_release);
    return generation << 32 | ((uint64_t)kind + 1) << INDEX_BITS | index;
}

void handle_prefetch(uint64_t value, enum handle_kind kind)
{
    CHECK(kind < HANDLE_KINDS);
    const struct slot *slot = slot_of(value, kind);
    if (slot)
        __builtin_prefetch(slot, 1);
}

void handle_set_near(uint64_t value, enum handle_kind kind, const void *first, const void *second)
{
    CHECK_HELD();
    struct slot *slot = slot_of(value, kind);
    CHECK(slot && first && second);
    slot->beside[0] = first;
    slot->beside[1] = second;
}

/* A macro: gcc takes calls of a function that only prefetches for calls without effect. */
#define PREFETCH_LINES(address, lines)                                                                                 \
    for (int line = 0; line < (lines); line++)                                                                         \
    __builtin_prefetch((address) + (size_t)line * CACHE_LINE, 1)

void *handle_ref(uint64_t value, enum handle_kind kind)
{
    CHECK(kind < HANDLE_KINDS);
    struct slot *slot = slot_of(value, kind);
    if (!slot)
        return NULL;
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
    do
        if (word >> GENERATION_SHIFT != value >> 32 || !(word & LIVE))
            return NULL;
    while (!atomic_compare_exchange_weak_explicit(
        &slot->word, &word, word + 1, memory_order_acq_rel, memory_order_acquire));
    CHECK(word & REFERENCES); /* a live value is held at least by the client */
    CHECK((word & REFERENCES) != REFERENCES);
    if (slot->beside[0]) {
        PREFETCH_LINES(slot->beside[0], 1);
        PREFETCH_LINES(slot->beside[1], HANDLE_NEAR_LINES);
    }
    return slot->object;
}

void handle_keep(uint64_t value, enum handle_kind kind)
{
    CHECK_HELD();
    struct slot *slot = slot_of(value, kind);
    CHECK(slot);
    uint64_t word = atomic_fetch_add_explicit(&slot->word, 1, memory_order_relaxed);
    CHECK(word >> GENERATION_SHIFT == value >> 32);
    CHECK((word & REFERENCES) > 0);
    (void)word; /* used by checks only */
}

bool handle_is_live(uint64_t value, enum handle_kind kind)
{
    CHECK_HELD();
    CHECK(kind < HANDLE_KINDS);
    struct slot *slot = slot_of(value, kind);
    uint64_t word = slot ? atomic_load_explicit(&slot->word, memory_order_acquire) : 0;
    return word >> GENERATION_SHIFT == value >> 32 && (word & LIVE);
}

bool handle_kill(uint64_t value, enum handle_kind kind)
{
    CHECK_HELD();
    CHECK(kind < HANDLE_KINDS);
    struct slot *slot = slot_of(value, kind);
    if (!slot)
        return false;
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
    do
        if (word >> GENERATION_SHIFT != value >> 32 || !(word & LIVE))
            return false;
    while (!atomic_compare_exchange_weak_explicit(
        &slot->word, &word, word & ~LIVE, memory_order_acq_rel, memory_order_acquire));
    CHECK(live > 0);
    live--;
    return true;
}

bool handle_unref(uint64_t value, enum handle_kind kind)
{
    CHECK_HELD();
    struct slot *slot = slot_of(value, kind);
    CHECK(slot);
    uint64_t word = atomic_fetch_sub_explicit(&slot->word, 1, memory_order_acq_rel);
    CHECK((word & REFERENCES) > 0); /* the caller held a reference */
    CHECK(word >> GENERATION_SHIFT == value >> 32);
    word--;
    if ((word & REFERENCES) || (word & LIVE))
        return false;
    struct table *table = &tables[kind];
    slot->next_free = table->free;
    table->free = ((uint32_t)value & ((1u << INDEX_BITS) - 1)) + 1;
    return true;
}

size_t handle_count(void)
{
    CHECK_HELD();
    return live;
}

void handle_reset(void)
{
    CHECK_HELD();
    CHECK(!live);
    for (int kind = 0; kind < HANDLE_KINDS; kind++) {
        struct table *table = &tables[kind];
        for (uint32_t index = 0; index < table->used; index++)
            atomic_store_explicit(&slot_at(table, index)->word, 0, memory_order_relaxed);
        table->used = table->free = 0;
    }
}

void handle_abandon(void)
{
    CHECK_HELD();
    live = 0;
    handle_reset();
}

static const char letters[HANDLE_KINDS] = {'o', 's', 'p'};
#define FORGED ((uint64_t)1 << 63)

void handle_name(uint64_t value, char name[HANDLE_NAME_BYTES])
{
    uint32_t kind = ((uint32_t)value >> INDEX_BITS) - 1, index = (uint32_t)value & ((1u << INDEX_BITS) - 1);
    bool given = kind < HANDLE_KINDS && index < tables[kind].used;
    if (given) {
        uint64_t word = atomic_load_explicit(&slot_at(&tables[kind], index)->word, memory_order_acquire);
        given = value >> 32 && value >> 32 <= word >> GENERATION_SHIFT;
    }
    if (given)
        snprintf(name, HANDLE_NAME_BYTES, "%c%u.%u", letters[kind], (unsigned)index, (unsigned)(value >> 32));
    else
        snprintf(name, HANDLE_NAME_BYTES, "%s", value ? "forged" : "null");
}

uint64_t handle_named(const char *name)
{
    unsigned index, generation;
    char letter;
    if (!strcmp(name, "null"))
        return 0;
    if (sscanf(name, "%c%u.%u", &letter, &index, &generation) == 3 && index >> INDEX_BITS == 0)
        for (uint32_t kind = 0; kind < HANDLE_KINDS; kind++)
            if (letters[kind] == letter)
                return (uint64_t)generation << 32 | ((uint64_t)kind + 1) << INDEX_BITS | index;
    return FORGED;
}
