/* The order of rows. Entry point: order_rows(). */
#include "order.h"
#include "base/allocate.h"
#include <stdlib.h>
#include <string.h>

struct turn {
    unsigned index, rank; /* of the row in the run, and among the rows of its resource */
};

static int by_rank(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank)
                              : (x->index > y->index) - (x->index < y->index);
}

static bool same_resource(const char *a, const char *b)
{
    size_t length = strcspn(a, ")");
    return b && length == strcspn(b, ")") && !strncmp(a, b, length);
}

unsigned *order_rows(const struct run *run, bool shares)
{
    unsigned *order = allocate_zeros(run->count, sizeof *order), count = 0;
    struct turn *turns = allocate_zeros(run->count, sizeof *turns);
    const char *before = NULL;
    for (unsigned i = 0; i < run->count; i++) {
        const char *resource = row_modified_resource(run->rows[i].row);
        order[i] = i;
        if (!shares || !resource)
            continue;
        bool goes_on = count && same_resource(resource, before); /* the rows are sorted */
        turns[count] = (struct turn){i, goes_on ? turns[count - 1].rank + 1 : 0};
        before = resource;
        count++;
    }
    qsort(turns, count, sizeof *turns, by_rank);
    for (unsigned i = 0, next = 0; i < run->count; i++)
        if (shares && row_modified_resource(run->rows[i].row))
            order[i] = turns[next++].index;
    free(turns);
    return order;
}
