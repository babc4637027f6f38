/* Role: the only place from which client code is called: event callbacks of systems and processes, and
   completion callbacks of operations. Each registration is a sink: its events come one at a time, in order;
   sinks run in parallel, on threads that exist while there is something to deliver.
   Threads: all functions with the core lock held; event_deliver() without it.
   Laws: L1 and L2 (close kills, then waits for a running callback) are event_close_step(). */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "platform/threads.h"
#include <computecore.h>
#include <stdbool.h>
#include <stdint.h>

struct sink;

/* One thread, or one virtual client, that is inside a callback or waits in a close. */
struct runner {
    const struct sink *running, *closing;
    uint64_t closing_operation; /* 0: it waits for any callback of that sink, else for one about this operation */
    bool parked;
};
/* Who this thread is from now on; NULL: itself. */
void event_run_as(struct runner *runner);

/* A sink for the events of a handle, owner, or, with completion and owner 0, for one operation. The caller holds one
 * reference. It holds the pump, a thread to call from, and memory for so many events, until it is killed. NULL: there
 * is none of one of these. */
struct sink *sink_create(HCS_EVENT_CALLBACK callback, HCS_OPERATION_COMPLETION completion, const void *context,
    HCS_EVENT_OPTIONS options, uint64_t owner, unsigned promised);
/* Memory for one more event, or for so many, that event_queue() then needs none for. false: there is none. */
bool sink_promise(struct sink *sink, unsigned count);
/* The same for one, unless that is promised already. */
bool sink_promise_completion(struct sink *sink);
/* One that was promised does not come. */
void sink_take_back(struct sink *sink);
struct sink *sink_ref(struct sink *sink);
/* Gives the holder's reference back. */
void sink_unref(struct sink *sink);
void sink_set_context(struct sink *sink, const void *context);
void sink_set_completion(struct sink *sink, HCS_OPERATION_COMPLETION completion, const void *context);
bool sink_wants_operations(const struct sink *sink);
/* Is nothing of it queued or under way? */
bool sink_is_idle(const struct sink *sink);

/* Queues an event, one of those that were promised. document: UTF-8, copied, or NULL; one of EVENT_FEW bytes needs no
   memory, a longer one is left out where there is none. operation: the value for operation events and completions, else
   0; an operation closed by then is passed over. */
enum { EVENT_FEW = 112 };
void event_queue(struct sink *sink, int type, const char *document, uint64_t operation);

/* The sink takes no event from now on. drain: what is queued is still delivered, and the close waits for it
   (E-14: an exit that came before the close is not lost); else it is dropped. */
void event_kill(struct sink *sink, bool drain);
/* Drops what is queued. */
void event_drop(struct sink *sink);
/* Is nothing of the sink queued or running that the caller has to wait for? With operation, only a callback
   that is about that operation counts. It need not wait for itself, nor for one that waits for it (L1). */
bool event_close_step(struct sink *sink, uint64_t operation);
/* Around a wait inside a close: which sink this thread waits for, as event_close_step() has it. NULL: none any more. */
void event_set_closing(const struct sink *sink, uint64_t operation);

/* One callback to call. */
struct delivery {
    struct sink *sink;
    HCS_EVENT_CALLBACK callback;
    HCS_OPERATION_COMPLETION completion;
    void *context;
    HCS_EVENT event;
    uint32_t number;      /* in the trace */
    WCHAR few[EVENT_FEW]; /* the document, unless it is longer */
};

/* Takes the next event that may start; false: there is none. Every taken one is delivered, then given back. */
bool event_take(struct delivery *delivery);
void event_deliver(struct delivery *delivery);
void event_done(struct delivery *delivery);

/* Forgets what is queued and running, without looking into it. */
void event_abandon(void);
/* Starts the thread that could not be started when an event came. false: it still can't, and events may wait for one.
 */
bool event_help(void);
/* May a callback start? */
bool event_ready(void);
/* Callbacks that are queued, or run and are not blocked in the library. */
unsigned event_active(void);
/* Sinks that stand ready, and callbacks that run, blocked in the library or not. */
void event_count(uint32_t *due, uint32_t *running);
/* Where callback threads that have nothing to do wait. */
struct platform_place event_rest_place(void);
/* The calling thread starts or ends to sleep inside the library. */
void event_park(bool parked);

#endif
