/* Role: the list of engines, and the choice of one by the environment at the first call. Threads: core
   lock held; engines_add() before the first call. */
#ifndef CORE_ENGINES_H
#define CORE_ENGINES_H

#include "engine.h"

/* Opens the engine that COMPUTECORE_ENGINE names ("sim" if unset). Options not given are taken from the environment. On
   failure prints one line on standard error; *comes is then true if it may be there later: a daemon that others
   start, maybe after its client. */
HRESULT engines_open(const struct engine_options *options, struct engine **engine, bool *comes);
/* For computecored and tests: registers an additional engine; NULL removes it. */
void engines_add(const struct engine_operations *operations);

#endif
