/* Role: a backend for tests of the host model, beside the simulator: a worker thread completes every task later;
   nothing but the order of events is real. Threads: as host/backend.h says. */
#ifndef TESTS_LATER_H
#define TESTS_LATER_H

#include "host/backend.h"

extern const struct engine_operations later_engine;

/* A system, or a process, ends by itself. Core lock held. */
void later_end_system(const char *id);
void later_end_process(const char *id, uint32_t process, uint32_t exit_code);
/* The next request fails with this result, once. Core lock held. */
void later_fail(HRESULT result);
/* The next count requests of that kind fail with this result. Core lock held. */
void later_fail_kind(enum request_kind kind, HRESULT result, unsigned count);
/* Carries out the latest request first (true), or the earliest (false). Core lock held. */
void later_turn_around(bool latest_first);
/* Holds all requests (true), or lets them run again (false). Core lock held. */
void later_hold(bool hold);

#endif
