/* Role: the list of engines, and the choice of one by the environment at the first call. Core lock held. */
#ifndef CORE_ENGINES_H
#define CORE_ENGINES_H

#include "engine.h"

/* Opens the engine that COMPUTECORE_ENGINE names ("sim" without it). What the options leave out is taken from the
   environment. On failure one line on standard error. */
HRESULT engines_open(const struct engine_options *options, struct engine **engine);
/* For tests: one more engine beside those that the library has; NULL: no longer. */
void engines_add(const struct engine_operations *operations);

#endif
