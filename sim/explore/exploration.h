/* Role: a run: the library, virtual clients, and the model that checks them, advanced one move at a time. Moves can be
   replayed; a move that is possible in the new run means the same there. Single thread; one exploration at a time. */
#ifndef EXPLORE_EXPLORATION_H
#define EXPLORE_EXPLORATION_H

#include "explore/model/model.h"

struct exploration {
    struct client clients[MODEL_ACTORS];
    struct delivery deliveries[MODEL_ACTORS];
    bool delivering[MODEL_ACTORS];
    struct model model;
    struct trace_observer observer;
    bool lacks[FUNCTION_COUNT]; /* functions that the simulated Windows lacks: moves with them have no effect */
    uint64_t hash;              /* of moves, results, events and times */
    uint64_t steps;
    size_t objects, operations; /* left over by an abandoned run */
};

/* Starts a run with a scenario (a file, JSON text or "") and a seed. */
HRESULT exploration_begin(
    struct exploration *exploration, const char *scenario, uint64_t seed, struct coverage *coverage);
/* Makes a move. false: it is not possible now, and nothing was done. A law that it breaks is named in model.broken. */
bool exploration_move(struct exploration *exploration, const struct move *move);
/* The simulator's clock. */
uint64_t exploration_now(void);
/* True if a callback can begin; true if the engine has an event. */
bool exploration_has_callback(void);
bool exploration_has_engine(const struct exploration *exploration);
/* The liveness phase: without further faults every wait must end; all systems are ended, all handles closed, and
   nothing may be left over. */
void exploration_finish(struct exploration *exploration);
/* After a broken law: abandons what is left of the run, so that another can begin. */
void exploration_abandon(struct exploration *exploration);

#endif
