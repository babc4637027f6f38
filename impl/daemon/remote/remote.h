/* Role: the engine for systems that live in computecored: sends requests there, receives answers and events.
   place.h knows which daemon COMPUTECORE_ENGINE names. Callers: core/engines.c. */
#ifndef DAEMON_REMOTE_H
#define DAEMON_REMOTE_H

#include "engine.h"

extern const struct engine_operations remote_engine;

#endif
