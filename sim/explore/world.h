/* Role: a run: the library, virtual clients, and the model beside them, moved one move at a time. Its moves can be
   made again, each meaning the same where it means anything. Single thread; one world at a time. */
#ifndef EXPLORE_WORLD_H
#define EXPLORE_WORLD_H

#include "model.h"

struct world {
    struct client clients[MODEL_ACTORS];
    struct delivery deliveries[MODEL_ACTORS];
    bool delivering[MODEL_ACTORS];
    struct model model;
    struct trace_observer observer;
    bool lacks[FUNCTION_COUNT]; /* functions that the simulated Windows does not have: moves with them mean nothing */
    uint64_t hash;              /* of moves, results, events and times */
    uint64_t steps;
    size_t objects, operations; /* that an abandoned run left */
};

/* Begins anew with a scenario (a file, JSON text or "") and a seed. */
HRESULT world_begin(struct world *world, const char *scenario, uint64_t seed, struct coverage *coverage);
/* Makes a move. false: it means nothing here, and nothing was done. What it breaks stands in model.broken. */
bool world_move(struct world *world, const struct move *move);
/* The simulator's clock. */
uint64_t world_now(void);
/* Whether a callback could begin, or the engine has something to do. */
bool world_has_callback(void);
bool world_has_engine(const struct world *world);
/* The liveness phase: no more faults; all that waits has to come to an end, all systems are ended, all handles closed,
   and nothing may be left. */
void world_finish(struct world *world);
/* After a broken law: what is left of the run is forgotten, so that another may begin. */
void world_abandon(struct world *world);

#endif
