/* Role: what a host has answered, from the trace of a client that called it. Callers: calibrate.c and the parts of a
   scenario that are learned from it. Single thread. */
#ifndef SIM_TOOL_RECORDING_H
#define SIM_TOOL_RECORDING_H

#include "spec_functions.h"
#include "spec_requests.h"
#include "tool/trace/trace_file.h"
#include <windows.h>

/* A call that was answered. Texts belong to the trace. */
struct recorded_answer {
    unsigned line; /* of the call in the trace */
    enum spec_function_index function;
    enum request_kind kind;
    const char *system;   /* its id; NULL: the call is about none */
    const char *given;    /* the document of the call; NULL: none */
    uint64_t began, took; /* nanoseconds */
    HRESULT result;
    const char *document; /* of the result; NULL: none, or not known */
    bool at_once;         /* a call with an operation failed before that began */
    bool natural;         /* the simulator fails so by itself, as the calls before have left its systems */
    bool refused;         /* before it reached the host: an argument was wrong */
};

struct recording {
    const struct trace_file *trace;
    unsigned build; /* of the host; 0: not known */
    struct recorded_answer *answers;
    size_t count;
    unsigned unanswered; /* calls whose result was never seen */
};

/* Returns false after one line on standard error: it is the trace of a service, not of a client. */
bool recording_read(const char *path, const struct trace_file *trace, struct recording *recording);
void recording_free(struct recording *recording);
/* True if both answers are about the same system, or about none. */
bool recording_same_system(const struct recorded_answer *one, const struct recorded_answer *other);

#endif
