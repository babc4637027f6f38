/* Role: an engine that lives outside, for tests of the seam: its processes are programs of this machine, its answers
   come from threads of its own, its time is the real one. Its systems live on when the engine is stopped and opened
   again. Threads: as engine.h says. */
#ifndef TESTS_PROGRAMS_H
#define TESTS_PROGRAMS_H

#include "engine.h"

extern const struct engine_operations programs_engine;

/* What the engine was told: how often system_released() came, what the last create was given. */
struct programs_seen {
    unsigned released;
    char text[64];     /* of the document of the last create */
    bool has_document; /* of the last create, checked and whole */
    bool was_stopped;
};
extern struct programs_seen programs_seen;

/* A system exits while nobody here is attached to it, or with everybody listening. Core lock held. */
void programs_exit(const char *id, const char *document);
/* The service is restarted. Core lock held. */
void programs_restart(void);

#endif
