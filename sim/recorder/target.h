/* Role: the library that is recorded, or rather its functions. Callers: recorder.c.
   Threads: all with the core lock, but target_call(). */
#ifndef RECORDER_TARGET_H
#define RECORDER_TARGET_H

#include "spec_functions.h"
#include <stdbool.h>

/* Loads the library that COMPUTECORE_RECORD_TARGET names, and keeps it. false: it can't be loaded, after a line on
   standard error. */
bool target_open(void);
/* The Windows build that it belongs to; 0: not known, or it is a simulator, which sets its own. */
unsigned target_build(void);
/* As recorder_call(), but unrecorded. */
uint64_t target_call(enum spec_function_index function, const union spec_argument *arguments);

#endif
