/* Role: laws that depend only on the kind of a request and a state. Callers: the model that watches the explorer's
   runs, and the checker of recorded histories (sim/history). No state. */
#ifndef EXPLORE_LAWS_H
#define EXPLORE_LAWS_H

#include "spec_requests.h"
#include "spec_states.h"
#include <stdbool.h>

/* True if a request ends a system; changes its state while in progress; is about an existing process; signals one. */
bool law_is_end(enum request_kind kind);
bool law_is_lifecycle(enum request_kind kind);
bool law_is_process_call(enum request_kind kind);
bool law_is_signal(enum request_kind kind);
/* True for the result of a call that was pending when its system ended. */
bool law_is_ended_code(enum request_kind kind, HRESULT result);
/* Returns the state of a system while a lifecycle call is in progress. */
enum spec_state law_under_way(enum request_kind kind);
/* Returns the state in which calls find a process. gone: its system has exited or was never created. */
enum spec_state law_process_state(bool gone, bool ended, enum spec_state system);

#endif
