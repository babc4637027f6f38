/* Role: the states of the systems that a recording shows, to tell failures that follow from a state, which the
   simulator has by itself, from others. Callers: recording.c. Single thread. */
#ifndef SIM_TOOL_KNOWN_H
#define SIM_TOOL_KNOWN_H

#include "recording.h"
#include "spec_states.h"

struct known_system {
    const char *id; /* the trace's */
    enum spec_matrix matrix;
    enum spec_state state;
    bool there;
};

struct known {
    struct known_system *systems;
    size_t count;
};

/* Takes the result of a call into account. Returns true if it is a failure that the state of its system explains. */
bool known_takes(struct known *known, const struct recorded_answer *answer);
void known_exits(struct known *known, const char *id);
void known_free(struct known *known);

#endif
