/* Role: what the kind of a call and the state of its system decide, for the model that watches the explorer's runs and
   for the checker of recorded histories (sim/history). Callers: both. No state. */
#ifndef EXPLORE_LAWS_H
#define EXPLORE_LAWS_H

#include "spec_requests.h"
#include "spec_states.h"
#include <stdbool.h>

/* It ends a system; changes its state while it is under way; is about a process that exists; signals one. */
bool law_is_end(enum request_kind kind);
bool law_is_lifecycle(enum request_kind kind);
bool law_is_process_call(enum request_kind kind);
bool law_is_signal(enum request_kind kind);
/* True for the result of a call that was pending when its system ended. */
bool law_is_ended_code(enum request_kind kind, HRESULT result);
/* The state of a system in which a lifecycle call is under way. */
enum spec_state law_under_way(enum request_kind kind);
/* The state of a process as its calls find it. gone: its system has exited, or was never there. */
enum spec_state law_process_state(bool gone, bool ended, enum spec_state system);

#endif
