/* Role: the lines that the trace of a client has whoever writes it: calls and their returns, operations that complete,
   callbacks. Callers: trace.c; the recorder of hcs-sim, for a library that it forwards to.
   Threads: all with the core lock, but trace_speak_as() and trace_event_name(). time: of the line, in nanoseconds. */
#ifndef CORE_TRACE_WRITE_H
#define CORE_TRACE_WRITE_H

#include "spec_functions.h"
#include "trace_line.h"

/* The caller ("by") recorded for this thread's next calls: a thread (T), callback (C) or virtual client (V), and its
   number. */
struct trace_speaker {
    char kind; /* 0: not known yet; the next call makes it the next thread */
    uint32_t number;
};
/* Returns the one before. Any thread. */
struct trace_speaker trace_speak_as(struct trace_speaker speaker);

/* Begins the numbers of threads and callbacks anew. */
void trace_write_start(void);
/* The calling thread, as a member of a line. */
void trace_write_speaker(struct writer *writer);
/* Handles in arguments and answers are values of handle_open(). value: as spec_function.call() returns it. */
void trace_write_call(uint64_t time, enum spec_function_index function, const union spec_argument *arguments);
void trace_write_return(
    uint64_t time, enum spec_function_index function, const union spec_argument *arguments, uint64_t value);
void trace_write_complete(uint64_t time, uint64_t operation, HRESULT result, const char *document);
/* Writes that a callback begins in this thread, and returns its number; to: the handle or operation that it was
   registered on. trace_write_delivered() writes that it has returned. */
uint32_t trace_write_deliver(uint64_t time, uint64_t to, int type, uint64_t operation, const char *document);
void trace_write_delivered(uint64_t time, uint32_t number);
/* The name of an event type. */
const char *trace_event_name(int type);

#endif
