/* Role: compute systems as Linux containers: a backend of host/backend.h, for computecored. Its options:
   COMPUTECORE_STATE, the state folder; COMPUTECORE_CONTAINERS_PAUSE, set to anything: they can be paused. Threads: as
   host/backend.h says. */
#ifndef LXC_BACKEND_H
#define LXC_BACKEND_H

#include "engine.h"

extern const struct engine_operations lxc_engine;

/* Ends all systems of this engine and removes its state folder: for a daemon that was started for one run. Called
   without the lock once no client is left. Waits up to a minute. Returns false if something could not be removed. */
bool lxc_clear(struct engine *engine);

#endif
