/* Role: an engine for tests of engine.h that is not a simulator: its processes are programs of this machine, it answers
   from its own threads, and its time is real. Its systems continue when the engine is stopped and opened again.
   Threads: as engine.h says. */
#ifndef TESTS_PROGRAMS_H
#define TESTS_PROGRAMS_H

#include "engine.h"

extern const struct engine_operations programs_engine;

/* What the engine has seen: how often system_released() was called, and the arguments of the last create. */
struct programs_seen {
    unsigned released;
    char text[64];     /* of the document of the last create */
    bool has_document; /* of the last create, checked and whole */
    bool was_stopped;
};
extern struct programs_seen programs_seen;

/* A system exits, whether the engine is attached to it or not. Core lock held. */
void programs_exit(const char *id, const char *document);
/* The service is restarted. Core lock held. */
void programs_restart(void);

#endif
