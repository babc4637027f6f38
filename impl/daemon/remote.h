/* Role: the engine for systems that live in computecored: sends requests there, receives answers and events.
   COMPUTECORE_ENGINE=unix:PATH connects to the daemon that listens on PATH; host connects to this machine's, and starts
   it if none is running. Callers: core/engines.c. */
#ifndef DAEMON_REMOTE_H
#define DAEMON_REMOTE_H

#include "engine.h"

extern const struct engine_operations remote_engine;

/* Returns whether name is a value of COMPUTECORE_ENGINE that selects this engine. */
bool remote_is_named(const char *name);

#endif
