/* Role: a backend that is not the simulator, for tests of the host model: everything that it is asked for is done
   later, by a thread of its own, and nothing is real but the order. Threads: as host/backend.h says. */
#ifndef TESTS_LATER_H
#define TESTS_LATER_H

#include "host/backend.h"

extern const struct engine_operations later_engine;

/* A system, or a process, ends by itself. Core lock held. */
void later_end_system(const char *id);
void later_end_process(const char *id, uint32_t process, uint32_t exit_code);
/* What is asked for next fails so, once. Core lock held. */
void later_fail(HRESULT result);
/* Nothing is done any more (true), until it is again. Core lock held. */
void later_hold(bool hold);

#endif
