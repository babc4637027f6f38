/* Role: compute systems as Linux containers: a backend of host/backend.h, for computecored. Its options:
   COMPUTECORE_STATE, the state folder. Threads: as host/backend.h says. */
#ifndef LXC_BACKEND_H
#define LXC_BACKEND_H

#include "engine.h"

extern const struct engine_operations lxc_engine;

#endif
