/* Role: the only place from which client code is called: event callbacks of systems and processes, and
   completion callbacks of operations. Each registration is a sink: its events come one at a time, in order;
   sinks run in parallel, on threads that exist while there is something to deliver.
   Threads: all functions with the core lock held; event_deliver() and event_run_as() without it.
   Laws: L1 and L2 (close kills, then waits for a running callback) are event_close_step(). */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "platform/threads.h"
#include <computecore.h>
#include <stdbool.h>
#include <stdint.h>

struct sink;

/* The state of a thread, or of a virtual client, that may be inside a callback or wait in a close. */
struct runner {
    const struct sink *running, *closing;
    uint64_t closing_operation; /* 0: waits for any callback of `closing`, else only for one about this operation */
    bool parked;
};
/* Makes this thread act as `runner`; NULL: as itself again. */
void event_run_as(struct runner *runner);

/* Creates a sink for the events of the handle `owner`, or, with completion and owner 0, for one operation. The caller
   owns one reference. Until it is killed the sink holds the pump, one callback thread, and memory for `promised`
   events. Returns NULL if one of these is not available. */
struct sink *sink_create(HCS_EVENT_CALLBACK callback, HCS_OPERATION_COMPLETION completion, const void *context,
    HCS_EVENT_OPTIONS options, uint64_t owner, unsigned promised);
/* Reserves memory for `count` more events, so that event_queue() cannot fail for them. false: out of memory. */
bool sink_promise(struct sink *sink, unsigned count);
/* The same for one event, unless one is reserved already. */
bool sink_promise_completion(struct sink *sink);
/* Gives up the reservation of one event. */
void sink_take_back(struct sink *sink);
struct sink *sink_ref(struct sink *sink);
/* Releases a reference. */
void sink_unref(struct sink *sink);
void sink_set_context(struct sink *sink, const void *context);
void sink_set_completion(struct sink *sink, HCS_OPERATION_COMPLETION completion, const void *context);
bool sink_wants_operations(const struct sink *sink);
/* True if no event of the sink is queued and its callback is not running. */
bool sink_is_idle(const struct sink *sink);

/* Queues an event that memory was reserved for. document: UTF-8, copied, or NULL; up to EVENT_INLINE_BYTES bytes need
   no allocation, a longer one is omitted when out of memory. operation: the handle value for operation events and
   completions, else 0; the event is skipped if the operation is closed before delivery. */
enum { EVENT_INLINE_BYTES = 320 };
void event_queue(struct sink *sink, int type, const char *document, uint64_t operation);

/* The sink accepts no more events. drain: queued events are still delivered, and the close waits for them (E-14: an
   exit that came before the close is not lost); otherwise they are dropped. */
void event_kill(struct sink *sink, bool drain);
/* Drops the queued events. */
void event_drop(struct sink *sink);
/* True if the caller need not wait for the sink any longer: nothing is queued or running. With operation, only a
   callback about that operation counts. A callback does not wait for itself, nor for one that waits for it (L1). */
bool event_close_step(struct sink *sink, uint64_t operation);
/* Records which sink and operation this thread waits for in a close, as passed to event_close_step(). NULL: the wait is
   over. */
void event_set_closing(const struct sink *sink, uint64_t operation);

/* One call of a callback. */
struct delivery {
    struct sink *sink;
    HCS_EVENT_CALLBACK callback;
    HCS_OPERATION_COMPLETION completion;
    void *context;
    HCS_EVENT event;
    uint32_t number;                       /* in the trace */
    WCHAR inline_text[EVENT_INLINE_BYTES]; /* the document, if it is short enough */
};

/* Takes the next deliverable event; false: there is none. Each one taken must be passed to event_deliver(), then to
   event_done(). */
bool event_take(struct delivery *delivery);
void event_deliver(struct delivery *delivery);
void event_done(struct delivery *delivery);

/* Forgets all queued and running callbacks without touching them. */
void event_abandon(void);
/* Retries to start a callback thread that could not be started before. false: it failed again, and events may be
   waiting for one. */
bool event_help(void);
/* True if a callback is waiting to be delivered. */
bool event_ready(void);
/* Callbacks that are queued, or run and are not in a wait of the library that has slept. */
unsigned event_active(void);
/* Counts the sinks with a deliverable event, and the running callbacks, blocked in the library or not. */
void event_count(uint32_t *due, uint32_t *running);
/* Where idle callback threads wait. */
struct platform_place event_rest_place(void);
/* The calling thread is about to sleep inside the library for the first time in a wait; the wait has ended. Between two
   sleeps it stays parked: two callbacks that wait would otherwise wake each other for ever. */
void event_park(bool parked);

#endif
