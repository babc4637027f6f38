/* Role: one run from its beginning to its end: a seed, or a schedule. Single thread. */
#ifndef EXPLORE_RUN_H
#define EXPLORE_RUN_H

#include "draw.h"
#include "program_text.h"
#include "exploration.h"

struct run_options {
    const char *scenario; /* a file or JSON text; NULL: what the seed draws */
    unsigned steps, clients;
    /* Told each move before it is made; NULL: nobody. */
    void (*moving)(void *context, const struct move *move);
    /* The same after a call; what met it stands in the model. */
    void (*called)(void *context, const struct model *model);
    void *context;
};

/* Both leave in exploration what came: model.broken, hash, steps. After a broken law the library is as it was left, and
   no other run may follow in this process. An HRESULT: the simulator can't be opened. */
HRESULT run_seed(
    struct exploration *exploration, const struct run_options *options, uint64_t seed, struct coverage *coverage);
/* steps (may be NULL) takes what each move was. */
HRESULT run_schedule(struct exploration *exploration, const struct schedule *schedule, struct coverage *coverage,
    struct run_step *steps);

#endif
