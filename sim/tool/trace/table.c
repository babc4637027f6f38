/* Elements by a number: open addressing. */
#include "table.h"
#include "base/allocate.h"
#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

static struct table_slot *place(struct table_slot *slots, size_t count, uint64_t key)
{
    size_t i = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (count - 1);
    while (slots[i].element && slots[i].key != key)
        i = (i + 1) & (count - 1);
    return &slots[i];
}

void *table_find(const struct table *table, uint64_t key)
{
    return table->slots ? place(table->slot, table->slots, key)->element : NULL;
}

static void grow(struct table *table)
{
    size_t slots = table->slots ? table->slots * 2 : FIRST_SLOTS;
    struct table_slot *larger = allocate_zeros(slots, sizeof *larger);
    for (size_t i = 0; i < table->slots; i++)
        if (table->slot[i].element)
            *place(larger, slots, table->slot[i].key) = table->slot[i];
    free(table->slot);
    table->slot = larger;
    table->slots = slots;
}

void *table_take(struct table *table, uint64_t key)
{
    if ((table->count + 1) * 2 > table->slots)
        grow(table);
    struct table_slot *slot = place(table->slot, table->slots, key);
    if (!slot->element) {
        *slot = (struct table_slot){key, allocate_zeros(1, table->size)};
        table->count++;
    }
    return slot->element;
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->slots; i++)
        free(table->slot[i].element);
    free(table->slot);
    *table = (struct table){0};
}
