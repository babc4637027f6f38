/* Role: elements by a number, zeroed when they are made; they keep their place. Callers: what reads traces. Single
   thread. */
#ifndef SIM_TOOL_TRACE_TABLE_H
#define SIM_TOOL_TRACE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Initialise with {.size = sizeof element}. */
struct table {
    size_t size, count, slots;
    struct table_slot {
        uint64_t key;
        void *element; /* NULL: free */
    } * slot;
};

/* NULL: there is none. */
void *table_find(const struct table *table, uint64_t key);
void *table_take(struct table *table, uint64_t key); /* made if there is none */
void table_free(struct table *table);

#endif
