/* Role: a run: the library, virtual clients, and the model beside them, moved one move at a time. Its moves can be
   made again, each meaning the same where it means anything. Single thread; one exploration at a time. */
#ifndef EXPLORE_EXPLORATION_H
#define EXPLORE_EXPLORATION_H

#include "model.h"

struct exploration {
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
HRESULT exploration_begin(
    struct exploration *exploration, const char *scenario, uint64_t seed, struct coverage *coverage);
/* Makes a move. false: it means nothing here, and nothing was done. What it breaks stands in model.broken. */
bool exploration_move(struct exploration *exploration, const struct move *move);
/* The simulator's clock. */
uint64_t exploration_now(void);
/* Whether a callback could begin, or the engine has something to do. */
bool exploration_has_callback(void);
bool exploration_has_engine(const struct exploration *exploration);
/* The liveness phase: no more faults; all that waits has to come to an end, all systems are ended, all handles closed,
   and nothing may be left. */
void exploration_finish(struct exploration *exploration);
/* After a broken law: what is left of the run is forgotten, so that another may begin. */
void exploration_abandon(struct exploration *exploration);

#endif
