/* Role: one complete run of a seed or a schedule. Single thread. */
#ifndef EXPLORE_RUN_H
#define EXPLORE_RUN_H

#include "draw.h"
#include "explore/schedule/program_text.h"
#include "exploration.h"

struct run_options {
    const char *scenario; /* a file or JSON text; NULL: the seed draws one */
    unsigned steps, clients;
    /* Called before each move; may be NULL. */
    void (*moving)(void *context, const struct move *move);
    /* Called after each call; the model knows which fault has hit it. May be NULL. */
    void (*called)(void *context, const struct model *model);
    void *context;
};

/* Both leave the outcome in exploration: model.broken, hash, steps. They fail only if the simulator can't be opened.
   After a broken law the library is left as it is, and no other run may follow in this process. */
HRESULT run_seed(
    struct exploration *exploration, const struct run_options *options, uint64_t seed, struct coverage *coverage);
/* steps (may be NULL) receives an element for each move. */
HRESULT run_schedule(struct exploration *exploration, const struct schedule *schedule, struct coverage *coverage,
    struct run_step *steps);

#endif
