/* Role: the mark of a run in the header of a recording: hcs-sim record looks for the one of its run, the recorder for
   that of another process. No state. */
#ifndef RECORDER_RUN_MARK_H
#define RECORDER_RUN_MARK_H

#include <stdio.h>

enum { RUN_MARK_BYTES = 64 };

/* The member of the header. */
#define RUN_MARK_NAME "run"

/* Writes the member with its value as the header has it; a run is named by digits and dashes alone. */
static inline void run_mark(const char *run, char mark[RUN_MARK_BYTES])
{
    snprintf(mark, RUN_MARK_BYTES, "\"" RUN_MARK_NAME "\":\"%s\"", run);
}

#endif
