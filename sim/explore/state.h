/* Role: a hash of all that decides how a run goes on: the model, the waits, what the engine has under way and when. Two
   runs whose hash is the same go on alike. Slots stand for handle values, so that the order in which independent
   things were made does not matter. */
#ifndef EXPLORE_STATE_H
#define EXPLORE_STATE_H

#include "exploration.h"

uint64_t state_hash(const struct exploration *exploration);

#endif
