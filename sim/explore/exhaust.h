/* Role: every interleaving of small programs, once: clients with a few calls each, callbacks with a few of their own,
   events of the engine, up to a number of preemptions. States that were met before are not gone into again, so that
   steps which do not depend on each other are not permuted. Single thread. */
#ifndef EXPLORE_EXHAUST_H
#define EXPLORE_EXHAUST_H

#include "schedule.h"
#include "exploration.h"

enum { EXHAUST_CALLS = 16, EXHAUST_CALLBACKS = 8 };

struct exhaust_program {
    struct move calls[EXHAUST_CALLS];
    unsigned count;
};

/* What the clients do, and what each callback does: the first that begins, the second … */
struct exhaust_programs {
    struct schedule setup; /* made first, in its order */
    struct exhaust_program clients[MOVE_CLIENTS], callbacks[EXHAUST_CALLBACKS];
    unsigned callback_count;
};

struct exhaust_options {
    const char *scenario; /* a file or JSON text; NULL: the same latency for all calls */
    uint64_t seed;
    unsigned preemptions, most_runs;
};

struct exhaust_result {
    uint64_t runs, moves, states, merged;
    bool stopped; /* after most_runs: not all was visited */
    uint64_t hash;
    char broken[MODEL_TEXT]; /* the law, "": none was broken */
    uint64_t breaking_runs;
    struct schedule schedule; /* of the first run that broke it */
    size_t inevitable;        /* after so many of its moves every way on broke a law */
};

/* What a schedule has before "then", and the calls behind it by who makes them, in their order. false: no memory. The
   caller frees setup. */
bool exhaust_take(struct exhaust_programs *programs, const struct schedule *schedule);
/* Draws calls for so many clients, beside a container that runs, with a process in it. */
bool exhaust_draw(struct exhaust_programs *programs, uint64_t seed, unsigned clients, unsigned calls);
/* false: the simulator can't be opened, or there is no memory. The caller frees result->schedule. */
bool exhaust_run(
    const struct exhaust_programs *programs, const struct exhaust_options *options, struct exhaust_result *result);

#endif
