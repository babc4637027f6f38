/* Role: the trace: the calls of clients, their results, and the events in between, one JSON object per line.
   COMPUTECORE_TRACE names the file. No line holds an address, a real time or a thread id: handles have names
   (handle_name()), long texts a digest, threads (T) a number in the order of their first call, callbacks (C) a number
   in the order of their delivery. sim/README.md has the format. A complete file ends with an "end" line; after a write
   error that line is missing, and one line on standard error says why.
   Threads: trace_is_on(), trace_begin(), trace_end() any, without the core lock; all others with it. */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "engine.h"
#include "trace_write.h"

/* One call of an export, from before its first step to after its last. */
struct trace_call {
    enum spec_function_index function;
    const union spec_argument *arguments;
    bool written;
};

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

/* The arguments must stay valid until trace_end(). value: the return value, as spec_function.call() returns it. */
void trace_begin(struct trace_call *call, enum spec_function_index function, const union spec_argument *arguments);
void trace_end(struct trace_call *call, uint64_t value);

/* Called when a call takes the core lock for the first time: it can have an effect from here on, so its line is written
   now. */
void trace_take_effect(void);
/* Sets who makes this thread's next calls. */
void trace_set_speaker(struct trace_speaker speaker);

/* Records that an operation's request has completed. document: its result document, or NULL. */
void trace_complete(uint64_t operation, HRESULT result, const char *document);

/* What computecored records: the messages of its clients, and the answers to them. */
struct trace_client {
    uint32_t number;     /* the client's COMPUTECORE_CLIENT; 0: not set */
    uint32_t connection; /* the number of its connection, which identifies a client without COMPUTECORE_CLIENT */
};
struct trace_request {
    uint32_t id; /* chosen by the client */
    uint32_t process_id, user;
    const char *function, *system, *document, *path; /* system: its id; those that the request does not have are NULL */
    uint64_t target;                                 /* the handle of the object that the request is about; 0: none */
    bool target_is_gone;                             /* it names an object on which the client has no handle */
};
void trace_request(struct trace_client client, const struct trace_request *request);
/* object: the client's handle on what the request created or opened; 0: nothing. */
void trace_answer(struct trace_client client, uint32_t id, HRESULT result, uint64_t object, const char *document);
/* Record inputs: the client has closed its last handle on an object; polls, and an event due up to the limit may run;
   has ended or was killed. */
void trace_client_release(struct trace_client client, uint64_t handle);
void trace_client_poll(struct trace_client client, uint64_t limit);
void trace_client_leave(struct trace_client client, bool killed);
/* Records that one of the client's waits has timed out. */
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
/* Records that such a fault makes one property of a query fail, while the query succeeds. */
void trace_property_fault(const char *property, HRESULT result);
/* Tells only the observer that a system or process has exited (type is the exit event) while a fault hides that from
   clients, for now or forever. */
void trace_untold(int type, const void *object);
/* Records that a callback begins; to: the handle or operation that it was registered on. Returns its number, for
   trace_delivered() when it has returned; 0 if nothing is recorded. */
uint32_t trace_deliver(uint64_t to, int type, uint64_t operation, const char *document);
void trace_delivered(uint32_t number);
/* Records that this thread's call continues after it was blocked. */
void trace_wake(void);
/* Record an input: the clock moves, at most to the limit, because no call was made for a while (idle) or because a
   client polls. */
void trace_idle(uint64_t limit);
void trace_poll(uint64_t limit);
/* Records an input: a client has changed the scenario of the simulator. change: the document that it gave. */
void trace_scenario(const char *change);
/* Records an input: what became of a call that acts on a file of the client's own. */
void trace_file(HRESULT result, const char *document);
/* Records an input of the serial port with that pipe: how it was made (result), that a program has come, or what the
   guest has read of it, no bytes when it has left. */
enum trace_port { TRACE_PORT_MADE, TRACE_PORT_CONNECTS, TRACE_PORT_READS };
void trace_port(const char *name, enum trace_port what, HRESULT result, const void *bytes, size_t length);
/* Records an input: a guest has read what a client wrote. */
void trace_input(uint64_t process, const void *bytes, size_t length);

/* A model that runs beside the library; its functions are called for each event, with or without a trace. They must not
   call the core. */
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

/* Ends the trace so far, and starts one that goes to the output unless that is NULL. */
void trace_to(struct trace_output *output);
/* Records to a file from now on, in place of any earlier output, until the program ends or a line can't be written.
   Returns NULL on success; otherwise changes nothing and returns the reason, for a message. */
const char *trace_to_file(const char *path);
/* Ends the trace so far, and starts one in a file unless path is NULL. ended (may be NULL) receives the hash of the
   trace that ends, 0 if none was recorded. Returns E_INVALIDARG if the file can't be written; then nothing is recorded.
 */
HRESULT trace_change(const char *path, uint64_t *ended);
/* Returns the FNV-1a hash of all lines with their line ends, without the header and the "end" line. */
uint64_t trace_hash(void);

#endif
