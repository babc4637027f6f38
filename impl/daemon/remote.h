/* Role: the engine whose systems live in computecored: requests go there, answers and events come back. It knows no
   system by itself. COMPUTECORE_ENGINE=unix:PATH takes the daemon that listens there; host takes this machine's, and
   starts it if there is none. Callers: core/engines.c. */
#ifndef DAEMON_REMOTE_H
#define DAEMON_REMOTE_H

#include "engine.h"

extern const struct engine_operations remote_engine;

/* Returns whether name is a value of COMPUTECORE_ENGINE that selects this engine. */
bool remote_is_named(const char *name);

#endif
