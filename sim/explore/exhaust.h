/* Role: visits every interleaving of a small program once: clients with a few calls each, callbacks with a few of their
   own, events of the engine, with up to a number of preemptions. A state that was visited before is not explored again,
   so that independent steps are not permuted. Single thread. */
#ifndef EXPLORE_EXHAUST_H
#define EXPLORE_EXHAUST_H

#include "explore/schedule/schedule.h"
#include "exploration.h"

enum { EXHAUST_CALLS = 16, EXHAUST_CALLBACKS = 8 };

struct exhaust_program {
    struct move calls[EXHAUST_CALLS];
    unsigned count;
};

/* The calls of each client, and of each callback in the order in which callbacks begin. */
struct exhaust_programs {
    struct schedule setup; /* moves that are made first, in this order */
    struct exhaust_program clients[MOVE_CLIENTS], callbacks[EXHAUST_CALLBACKS];
    unsigned callback_count;
};

struct exhaust_options {
    const char *scenario; /* a file or JSON text; NULL: the same latency for all calls */
    uint64_t seed;
    unsigned preemptions, run_limit;
};

struct exhaust_result {
    uint64_t runs, moves, states, merged;
    bool stopped; /* run_limit was reached before everything was visited */
    uint64_t hash;
    char broken[MODEL_TEXT]; /* the first broken law, as a sentence; "": none */
    uint64_t breaking_runs;
    struct schedule schedule; /* of the first run that broke a law */
    size_t inevitable;        /* after this many of its moves every continuation breaks a law */
};

/* Splits a schedule: moves before "then" become setup, the calls after it go to their actors in order. The
   caller frees setup. */
void exhaust_take(struct exhaust_programs *programs, const struct schedule *schedule);
/* Draws calls for a number of clients, with a running container and a process in it. */
bool exhaust_draw(struct exhaust_programs *programs, uint64_t seed, unsigned clients, unsigned calls);
/* Makes all the runs. Returns false if the simulator can't be opened or when out of memory. The caller frees
   result->schedule. */
bool exhaust_run(
    const struct exhaust_programs *programs, const struct exhaust_options *options, struct exhaust_result *result);

#endif
