/* Role: what the parts of reading a trace share: the handles and operations of one client. Callers: read.c, calls.c,
   callbacks.c. Single thread. */
#ifndef HISTORY_READER_H
#define HISTORY_READER_H

#include "history.h"
#include "spec_functions.h"
#include "tool/trace/table.h"
#include "tool/trace/trace_file.h"
#include <windows.h>
#include <computecore.h>

/* An act by its place: systems and acts move when more are added. */
struct act_name {
    int32_t system; /* -1: none */
    size_t act;
};

/* A callback: one of a handle, or of an operation. */
struct receiver {
    bool registered, told; /* told: of its exit */
    bool running, clears;  /* clears: it is being taken back, with what has not been told */
};

/* A handle of a system or process. */
struct seen_object {
    bool made, is_process, cut;
    bool closing, closed; /* its close has begun, has returned */
    int32_t system, handle, process;
    struct history_moment since;
    unsigned events;        /* its exit happened so many times */
    uint32_t exit_known_at; /* the line; 0: not known */
    struct receiver receiver;
};

enum { MOST_ISSUED = 8, MOST_RESULTS = 16 };

/* A call that is under way: its act, or an enumeration. */
struct seen_call {
    bool is, answered, lists_all; /* lists_all: an enumeration without a query */
    enum spec_function_index function;
    struct history_moment at;
    struct act_name act;
    uint64_t target;
};

struct seen_operation {
    struct seen_call issued[MOST_ISSUED]; /* calls with it that have not returned */
    struct seen_call pending;
    HRESULT results[MOST_RESULTS]; /* the last ones */
    unsigned result_count;
    int32_t system, process; /* of which its result has the information */
    unsigned completions, told, told_through;
    struct receiver receiver;
    bool closing, closed;
};

/* A thread or callback, and what it calls. */
struct seen_speaker {
    bool calls;
    enum spec_function_index function;
    struct history_moment at;
    const cJSON *arguments;
    struct act_name act;
    bool registers, closes; /* the first call that does */
};

struct reader {
    struct history *history;
    const struct trace_file *trace;
    uint32_t number;
    uint64_t since;
    bool remote;
    struct table objects, operations, speakers, deliveries;
};

struct history_moment reader_moment(const struct reader *reader, const struct trace_line *line);
struct history_act *reader_act(const struct reader *reader, struct act_name name);
/* NULL: the name is that of no handle. */
struct seen_object *reader_object(struct reader *reader, const char *name);
struct seen_operation *reader_operation(struct reader *reader, const char *name);
/* A document about a process was seen, which was made after `from`: whether it has exited, and its code. */
void reader_see_process(struct reader *reader, const struct seen_object *object, struct history_moment from,
    struct history_moment when, const char *document);
/* An exit of what stands behind a handle was seen. */
void reader_see_exit(struct reader *reader, struct seen_object *object, struct history_moment when, const char *name);

/* calls.c */
void reader_call(struct reader *reader, const struct trace_line *line);
void reader_return(struct reader *reader, const struct trace_line *line);
void reader_complete(struct reader *reader, const struct trace_line *line);
/* callbacks.c */
void reader_event(struct reader *reader, const struct trace_line *line);
void reader_deliver(struct reader *reader, const struct trace_line *line);
void reader_delivered(struct reader *reader, const struct trace_line *line);
void reader_register(struct reader *reader, struct seen_speaker *speaker, struct receiver *receiver, bool has_callback);
void reader_registered(struct seen_speaker *speaker, struct receiver *receiver, bool has_callback, HRESULT result);
/* A handle is closed: was its exit told? by: who closes. */
void reader_look_at_close(struct reader *reader, struct seen_object *object, const struct seen_speaker *speaker,
    const char *by, struct history_moment when);

#endif
