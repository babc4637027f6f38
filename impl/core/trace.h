/* Role: the trace: what clients called, what came back, and what happened in between, a JSON object a line.
   COMPUTECORE_TRACE names the file. No line holds an address, a real time or a thread id: handles have names
   (handle_name()), texts that are long a digest, threads a number in the order of their first call, callbacks (C)
   one in the order of their delivery. sim/README.md has the format.
   Threads: trace_is_on(), trace_begin(), trace_end() any, without the core lock; all others with it. */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "engine.h"
#include "spec_functions.h"
#include <stdatomic.h>

enum { TRACE_VERSION = 1 };

/* One call of an export, from before its first step to after its last. */
struct trace_call {
    enum spec_function_index function;
    const union spec_argument *arguments;
    bool written;
};

enum trace_state { TRACE_UNKNOWN, TRACE_OFF, TRACE_ON };
extern atomic_int trace_state;
bool trace_look(void);

/* Is anything recorded? The environment is read at the first call. */
static inline bool trace_is_on(void)
{
    int state = atomic_load_explicit(&trace_state, memory_order_relaxed);
    return state == TRACE_UNKNOWN ? trace_look() : state == TRACE_ON;
}

/* The same for those who hold the core lock; looks at no environment. */
static inline bool trace_records(void)
{
    return atomic_load_explicit(&trace_state, memory_order_relaxed) == TRACE_ON;
}

/* The arguments must stay where they are until trace_end(). value: as spec_function.call() has it. */
void trace_begin(struct trace_call *call, enum spec_function_index function, const union spec_argument *arguments);
void trace_end(struct trace_call *call, uint64_t value);

/* The call of this thread has the core lock for the first time: from here on it can have an effect. */
void trace_take_effect(void);
/* Who calls next on this thread: a thread (T), a callback (C), a virtual client (V) of that number. */
struct trace_speaker {
    char kind; /* 0: not known yet */
    uint32_t number;
};
void trace_set_speaker(struct trace_speaker speaker);

/* A request of an operation is answered. */
void trace_complete(uint64_t operation, HRESULT result, const char *document);
/* Something happened to a system or process, and the handles on it. */
struct client_handle;
void trace_event(int type, const void *object, const struct client_handle *handles, const char *document);
/* The engine's plan has something for the call that is being submitted, or changes what comes of it. result: of what
   fails. */
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
    TRACE_FAULTS
};
void trace_fault(enum trace_fault effect, HRESULT result);
/* A system or process has exited (type says which), and the plan keeps that from its clients, for now or for ever. Only
   the observer hears of it. */
void trace_untold(int type, const void *object);
/* A callback begins: of a handle or an operation, to. The number it has. */
uint32_t trace_deliver(uint64_t to, int type, uint64_t operation, const char *document);
void trace_delivered(uint32_t number);
/* The call of this thread has waited, and goes on. */
void trace_wake(void);
/* The clock moves, up to a limit, because nobody called for a while, or because a client polls: inputs. */
void trace_idle(uint64_t limit);
void trace_poll(uint64_t limit);
/* A guest has read what a client wrote: an input. */
void trace_input(uint64_t process, const void *bytes, size_t length);

/* Who hears of what happens as it does, beside or without a trace; for models that run along. Nothing in it may call
   the core. */
struct trace_observer {
    void (*complete)(void *context, uint64_t operation, HRESULT result);
    void (*event)(void *context, int type, const void *object);
    void (*deliver)(void *context, uint64_t to, int type, uint64_t operation);
    void (*fault)(void *context, enum trace_fault effect, HRESULT result);
    void (*untold)(void *context, int type, const void *object);
    void *context;
};
/* NULL: nobody. */
void trace_observe(const struct trace_observer *observer);

/* Where the lines go, without their ends. */
struct trace_output {
    void (*line)(struct trace_output *output, const char *line, size_t length);
};
/* Records to an output from now on; NULL: no longer. */
void trace_to(struct trace_output *output);
/* Records to a file from now on, instead of what was recorded to. E_INVALIDARG: it can't be written. */
HRESULT trace_to_file(const char *path);
/* FNV-1a of the lines but the first, each with its end. */
uint64_t trace_hash(void);

#endif
