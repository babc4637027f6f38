/* Role: the trace of the recorder: its file, its clock, its end. Callers: recorder.c, callbacks.c.
   Threads: all with the core lock. */
#ifndef RECORDER_LINES_H
#define RECORDER_LINES_H

#include <stdbool.h>
#include <stdint.h>

/* Opens the file that COMPUTECORE_RECORD_TRACE names, and writes the header. What is in it is replaced, unless it is of
   the run that COMPUTECORE_RECORD_RUN names; without that variable the file must be empty. false: it can't be written,
   after a line on standard error. build: of Windows; 0: not known. */
bool lines_open(unsigned build);
/* False after the program's end has begun, or after an error of the file. */
bool lines_are_written(void);
/* The time of a line: nanoseconds of real time since the header. */
uint64_t lines_time(void);

#endif
