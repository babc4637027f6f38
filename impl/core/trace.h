/* Role: the trace: the calls of clients, their results, and the events in between, one JSON object per line.
   COMPUTECORE_TRACE names the file. No line holds an address, a real time or a thread id: handles have names
   (handle_name()), long texts a digest, threads (T) a number in the order of their first call, callbacks (C) a number
   in the order of their delivery. sim/README.md has the format. A file that took the whole trace ends with a line that
   says so; one that can't be written on has none, and one line on standard error says why.
   Threads: trace_is_on(), trace_begin(), trace_end() any, without the core lock; all others with it. */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "engine.h"
#include "spec_functions.h"
#include <stdatomic.h>

/* Traces of version 1 have no end. */
enum { TRACE_VERSION = 2 };

/* One call of an export, from before its first step to after its last. */
struct trace_call {
    enum spec_function_index function;
    const union spec_argument *arguments;
    bool written;
};

enum trace_state { TRACE_UNKNOWN, TRACE_OFF, TRACE_ON };
extern atomic_int trace_state;
bool trace_look(void);

/* True if a trace is being recorded. The first call reads the environment. */
static inline bool trace_is_on(void)
{
    int state = atomic_load_explicit(&trace_state, memory_order_relaxed);
    return state == TRACE_UNKNOWN ? trace_look() : state == TRACE_ON;
}

/* The same for callers that hold the core lock; does not read the environment. */
static inline bool trace_records(void)
{
    return atomic_load_explicit(&trace_state, memory_order_relaxed) == TRACE_ON;
}

/* The arguments must stay where they are until trace_end(). value: as spec_function.call() has it. */
void trace_begin(struct trace_call *call, enum spec_function_index function, const union spec_argument *arguments);
void trace_end(struct trace_call *call, uint64_t value);

/* This thread's call has taken the core lock for the first time: from here on it can have an effect. */
void trace_take_effect(void);
/* The caller recorded for this thread's next calls: a thread (T), callback (C) or virtual client (V) with its number.
 */
struct trace_speaker {
    char kind; /* 0: not known yet */
    uint32_t number;
};
void trace_set_speaker(struct trace_speaker speaker);

/* Records that the request of an operation was answered. */
void trace_complete(uint64_t operation, HRESULT result, const char *document);

/* In computecored, of one client: what it asks for, and what it is answered. */
struct trace_client {
    uint32_t number;     /* COMPUTECORE_CLIENT; 0: it has none */
    uint32_t connection; /* tells those without a number apart, in the order in which they came */
};
struct trace_request {
    uint32_t id; /* the client's */
    uint32_t process_id, user;
    const char *function, *system, *document; /* system: its id. NULL: there is none */
    uint64_t target;                          /* the handle that it is about; 0: none */
    bool target_is_gone;                      /* it names one that the client does not have */
};
void trace_request(struct trace_client client, const struct trace_request *request);
/* object: the handle that the client has of what was made or opened; 0: none. */
void trace_answer(struct trace_client client, uint32_t id, HRESULT result, uint64_t object, const char *document);
/* Inputs: the client closes its last handle on an object; polls, which may run an event up to a limit; leaves, or was
   killed. */
void trace_client_release(struct trace_client client, uint64_t handle);
void trace_client_poll(struct trace_client client, uint64_t limit);
void trace_client_leave(struct trace_client client, bool killed);
/* The time of one of its waits is over. */
void trace_client_time_out(struct trace_client client);

/* Records an event of a system or process, with the handles on it. */
struct client_handle;
void trace_event(int type, const void *object, const struct client_handle *handles, const char *document);
/* Records that a fault of the engine's plan hits the request being submitted, or one of its consequences. result: the
   HRESULT of an injected failure. */
enum trace_fault {
    TRACE_FAULT_FAIL,
    TRACE_FAULT_HANG,
    TRACE_FAULT_EXIT,
    TRACE_FAULT_DISCONNECT,
    TRACE_FAULT_LOSE_EXIT,
    TRACE_FAULT_LOSE_OUTPUT,
    TRACE_FAULT_DELAY_EXIT,
    TRACE_FAULT_LOSE_STATUS,
    TRACE_FAULT_CLOSE_CONNECTION,
    TRACE_FAULT_END_PROCESS,
    TRACE_FAULT_AWAIT_EXIT,
    TRACE_FAULT_AWAIT_CALLBACK,
    TRACE_FAULT_IGNORE,
    TRACE_FAULTS
};
void trace_fault(enum trace_fault effect, HRESULT result);
/* A system or process has exited (type says which), and a fault keeps that from its clients, for now or forever. Not
   recorded; only the observer is told. */
void trace_untold(int type, const void *object);
/* Records the begin of a callback; to: the handle or operation it belongs to. Returns its number. */
uint32_t trace_deliver(uint64_t to, int type, uint64_t operation, const char *document);
void trace_delivered(uint32_t number);
/* Records that this thread's call has waited and continues. */
void trace_wake(void);
/* Records inputs: the clock moves, up to a limit, because no call was made for a while, or because a client polls. */
void trace_idle(uint64_t limit);
void trace_poll(uint64_t limit);
/* Records an input: a guest has read what a client wrote. */
void trace_input(uint64_t process, const void *bytes, size_t length);

/* Called for events as they happen, with or without a trace, by a model that runs beside the library. Its functions
   must not call the core. */
struct trace_observer {
    void (*complete)(void *context, uint64_t operation, HRESULT result);
    void (*event)(void *context, int type, const void *object);
    void (*deliver)(void *context, uint64_t to, int type, uint64_t operation);
    void (*fault)(void *context, enum trace_fault effect, HRESULT result);
    void (*untold)(void *context, int type, const void *object);
    void *context;
};
/* NULL: no observer. */
void trace_observe(const struct trace_observer *observer);

/* Receives the lines of a trace, without line ends. */
struct trace_output {
    void (*line)(struct trace_output *output, const char *line, size_t length);
};
/* Records to an output from now on; NULL: ends the trace. */
void trace_to(struct trace_output *output);
/* Records to a file from now on, in place of any earlier output, until the program ends or a line can't be written.
   Returns NULL, or why the file can't be written, for a message; then nothing has changed. */
const char *trace_to_file(const char *path);
/* Ends the trace and starts one in a file, if a path is given. ended (may be NULL) takes the hash of the one that ends,
   0 without one. E_INVALIDARG: the file can't be written, and nothing is recorded. */
HRESULT trace_change(const char *path, uint64_t *ended);
/* FNV-1a of all lines but the first and the end, with their line ends. */
uint64_t trace_hash(void);

#endif
