/* Role: a hash of everything that decides how a run continues: the model, the waits, the engine's pending events and
   their times. Runs with equal hashes continue in the same way. Handles are hashed by slot, not by value, so that the
   order in which independent objects were created does not matter. */
#ifndef EXPLORE_STATE_H
#define EXPLORE_STATE_H

#include "exploration.h"

uint64_t state_hash(const struct exploration *exploration);

#endif
