/* The order of rows. Entry point: order_rows(). */
#include "order.h"
#include "base/allocate.h"
#include <stdlib.h>
#include <string.h>

/* stage: how far the system is led that the row may share with others; 0: it shares none. rank: of the row among the
   rows of its resource. */
struct turn {
    char how[NAME_BYTES];
    unsigned index, stage, rank;
};

static int compare(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int by_turn(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    int order = compare(x->stage, y->stage);
    if (!order)
        order = strcmp(x->how, y->how);
    if (!order)
        order = compare(x->rank, y->rank);
    return order ? order : compare(x->index, y->index);
}

static bool same_resource(const char *a, const char *b)
{
    size_t length = strcspn(a, ")");
    return b && length == strcspn(b, ")") && !strncmp(a, b, length);
}

/* Each is reached from the one before. */
static unsigned stage_of(const char *how)
{
    static const char *const states[] = {"/created", "/running", "/paused"};
    unsigned stage = 0;
    while (stage < sizeof states / sizeof *states && !strstr(how, states[stage]))
        stage++;
    return stage + 1;
}

unsigned *order_rows(const struct run *run, bool shares)
{
    unsigned *order = allocate_zeros(run->count, sizeof *order);
    struct turn *turns = allocate_zeros(run->count, sizeof *turns);
    const char *before = NULL;
    for (unsigned i = 0, rank = 0; i < run->count; i++) {
        const struct spec_row *row = run->rows[i].row;
        turns[i].index = i;
        if (!shares || !row_may_share(row, turns[i].how))
            continue;
        turns[i].stage = stage_of(turns[i].how);
        const char *resource = row_modified_resource(row);
        if (!resource)
            continue;
        rank = same_resource(resource, before) ? rank + 1 : 1; /* the rows are sorted */
        turns[i].rank = rank;
        before = resource;
    }
    qsort(turns, run->count, sizeof *turns, by_turn);
    for (unsigned i = 0; i < run->count; i++)
        order[i] = turns[i].index;
    free(turns);
    return order;
}
