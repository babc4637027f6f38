/* Role: a run: the library, virtual clients, and the model that checks them, advanced one move at a time. Moves can be
   repeated in another run and mean the same there if they are possible. Single thread; one exploration at a time. */
#ifndef EXPLORE_EXPLORATION_H
#define EXPLORE_EXPLORATION_H

#include "explore/model/model.h"

struct exploration {
    struct client clients[MODEL_ACTORS];
    struct delivery deliveries[MODEL_ACTORS];
    bool delivering[MODEL_ACTORS];
    struct model model;
    struct trace_observer observer;
    bool lacks[FUNCTION_COUNT]; /* the functions that the simulated Windows lacks; moves can't call them */
    uint64_t hash;              /* of moves, results, events and times */
    uint64_t steps;
    size_t objects, operations; /* counts at the beginning, left by abandoned runs */
};

/* Starts a run with a scenario (a file, JSON text or "") and a seed. */
HRESULT exploration_begin(
    struct exploration *exploration, const char *scenario, uint64_t seed, struct coverage *coverage);
/* Makes a move. Returns false, with nothing done, if it is not possible now. If it breaks a law, model.broken says
   which. */
bool exploration_move(struct exploration *exploration, const struct move *move);
/* Returns the time of the simulator's clock in nanoseconds. */
uint64_t exploration_now(void);
/* True if a callback can begin; if the engine has an event that is due before any deadline. */
bool exploration_has_callback(void);
bool exploration_has_engine(const struct exploration *exploration);
/* Checks liveness at the end of a run: no further faults happen, and every wait must end. Then ends all systems and
   closes all handles; nothing may be left. */
void exploration_finish(struct exploration *exploration);
/* To be called after a broken law: abandons the run, so that another can begin. */
void exploration_abandon(struct exploration *exploration);

#endif
