/* Sinks and the threads that deliver. Entry points: event_queue(), event_take(). */
#include "event.h"
#include "base/text/utf16.h"
#include "handle.h"
#include "lock.h"
#include "platform/platform.h"
#include "pool.h"
#include "core/progress/progress.h"
#include "core/text/text.h"
#include "trace.h"
#include <stdlib.h>
#include <string.h>

struct event {
    struct event *next;
    int type;
    char *document; /* inline_text, or longer from malloc; NULL: none */
    uint64_t operation;
    char inline_text[EVENT_INLINE_BYTES];
};

struct sink {
    HCS_EVENT_CALLBACK callback;
    HCS_OPERATION_COMPLETION completion;
    const void *context;
    HCS_EVENT_OPTIONS options;
    uint64_t owner; /* the handle; 0: the operation of each event */
    struct event *first, **last;
    struct sink *next_ready;
    const struct runner *runner; /* inside the callback; NULL: not running */
    uint64_t running_operation;
    unsigned references, promised; /* events that there is memory for */
    bool ready, dead;
};

static struct pool sinks = POOL(struct sink), events = POOL(struct event);
static struct sink *ready, **ready_last = &ready;
static unsigned ready_count, running_count, parked_count;
static unsigned idle_threads, threads;
static bool short_of_threads; /* starting a callback thread has failed */
static struct platform_condition work = PLATFORM_CONDITION;
static _Thread_local struct runner own;
static _Thread_local struct runner *other; /* the runner that this thread acts as; NULL: its own */

enum { REST_NS = 1000000000 };

static struct runner *self(void)
{
    return other ? other : &own;
}

void event_run_as(struct runner *runner)
{
    other = runner;
}

static void worker(void *unused);

static bool start_thread(void)
{
    bool started = platform_thread_start(worker, NULL);
    threads += started;
    return started;
}

/* A registered callback needs two things: the pump to notice events, and a thread to call from. */
static bool hold_threads(void)
{
    if (!pump_hold())
        return false;
    if (threads || progress_is_by_hand() || start_thread())
        return true;
    pump_release();
    return false;
}

bool sink_promise(struct sink *sink, unsigned count)
{
    CHECK_HELD();
    CHECK(!sink->dead);
    if (!pool_reserve(&events, count))
        return false;
    sink->promised += count;
    return true;
}

bool sink_promise_completion(struct sink *sink)
{
    CHECK_HELD();
    return sink->promised || sink_promise(sink, 1);
}

void sink_take_back(struct sink *sink)
{
    CHECK_HELD();
    CHECK(sink->promised > 0);
    sink->promised--;
    pool_release(&events, 1);
}

struct sink *sink_create(HCS_EVENT_CALLBACK callback, HCS_OPERATION_COMPLETION completion, const void *context,
    HCS_EVENT_OPTIONS options, uint64_t owner, unsigned promised)
{
    CHECK_HELD();
    CHECK(callback || completion);
    CHECK(!callback || owner);
    struct sink *sink = pool_take(&sinks);
    if (!sink)
        return NULL;
    if (!sink_promise(sink, promised) || !hold_threads()) {
        pool_release(&events, sink->promised);
        pool_give(&sinks, sink);
        return NULL;
    }
    sink->callback = callback;
    sink->completion = completion;
    sink->context = context;
    sink->options = options;
    sink->owner = owner;
    sink->last = &sink->first;
    sink->references = 1;
    return sink;
}

struct sink *sink_ref(struct sink *sink)
{
    CHECK_HELD();
    CHECK(sink->references > 0);
    sink->references++;
    return sink;
}

void sink_unref(struct sink *sink)
{
    CHECK_HELD();
    CHECK(sink->references > 0);
    if (--sink->references)
        return;
    CHECK(sink_is_idle(sink) && !sink->ready);
    pool_give(&sinks, sink);
    if (!sinks.live)
        platform_notify_all(&work); /* the last callback thread may end */
}

void sink_set_context(struct sink *sink, const void *context)
{
    CHECK_HELD();
    sink->context = context;
}

void sink_set_completion(struct sink *sink, HCS_OPERATION_COMPLETION completion, const void *context)
{
    CHECK_HELD();
    CHECK(completion && !sink->callback);
    CHECK(!sink->dead);
    sink->completion = completion;
    sink->context = context;
}

bool sink_wants_operations(const struct sink *sink)
{
    CHECK_HELD();
    return sink && !sink->dead && (sink->options & HcsEventOptionEnableOperationCallbacks);
}

bool sink_is_idle(const struct sink *sink)
{
    CHECK_HELD();
    return !sink->first && !sink->runner;
}

bool event_help(void)
{
    CHECK_HELD();
    if (short_of_threads)
        short_of_threads = ready_count > idle_threads && !start_thread();
    return !short_of_threads;
}

/* A sink with queued events and no running callback is in the ready list, which holds a reference on it. */
static void make_ready(struct sink *sink)
{
    CHECK_HELD();
    if (sink->ready || sink->runner || !sink->first)
        return;
    sink->ready = true;
    sink->references++;
    sink->next_ready = NULL;
    *ready_last = sink;
    ready_last = &sink->next_ready;
    ready_count++;
    short_of_threads = ready_count > idle_threads && !progress_is_by_hand() && !start_thread();
    if (ready_count <= idle_threads)
        platform_notify_one(&work);
}

static void event_free(struct event *event)
{
    if (event->document != event->inline_text)
        free(event->document);
    pool_give(&events, event);
}

static char *keep_document(struct event *event, const char *document)
{
    size_t size = document ? strlen(document) + 1 : 0;
    if (size > sizeof event->inline_text)
        return strdup(document);
    return size ? memcpy(event->inline_text, document, size) : NULL;
}

void event_queue(struct sink *sink, int type, const char *document, uint64_t operation)
{
    CHECK_HELD();
    CHECK(sink->references > 0);
    CHECK(type != HcsEventOperationCallback || operation);
    if (sink->dead)
        return;
    struct event *event = sink->promised ? pool_take_reserved(&events) : pool_take(&events);
    if (!event)
        return;
    sink->promised -= sink->promised > 0;
    event->type = type;
    event->document = keep_document(event, document);
    event->operation = operation;
    *sink->last = event;
    sink->last = &event->next;
    make_ready(sink);
}

void event_drop(struct sink *sink)
{
    CHECK_HELD();
    for (struct event *event = sink->first, *next; event; event = next) {
        next = event->next;
        event_free(event);
    }
    sink->first = NULL;
    sink->last = &sink->first;
}

void event_kill(struct sink *sink, bool drain)
{
    CHECK_HELD();
    CHECK(!sink->dead);
    sink->dead = true;
    pump_release();
    pool_release(&events, sink->promised);
    sink->promised = 0;
    if (!drain)
        event_drop(sink);
}

/* Follows the chain of callbacks that each wait in a close for the next one: does it lead to the caller (L1)? */
static bool waits_for_caller(const struct runner *runner)
{
    for (int length = 0; runner && length < 10000; length++) {
        if (runner == self())
            return true;
        const struct sink *next = runner->closing;
        bool over = !next || (runner->closing_operation && next->running_operation != runner->closing_operation);
        runner = over ? NULL : next->runner;
    }
    return false;
}

void event_set_closing(const struct sink *sink, uint64_t operation)
{
    CHECK_HELD();
    if (self()->closing == sink)
        return;
    self()->closing = sink;
    self()->closing_operation = operation;
    progress_changed(); /* another close may now find that this thread waits for it */
}

static struct sink *take_ready(void)
{
    CHECK_HELD();
    struct sink *sink = ready;
    if (!sink)
        return NULL;
    CHECK(ready_count > 0);
    CHECK(sink->ready && !sink->runner);
    ready = sink->next_ready;
    if (!ready)
        ready_last = &ready;
    ready_count--;
    sink->ready = false;
    return sink;
}

/* The first event to deliver: events of operations closed meanwhile are dropped (L2). */
static struct event *first_event(struct sink *sink)
{
    struct event *event;
    while ((event = sink->first) && event->operation && !handle_is_live(event->operation, HANDLE_OPERATION)) {
        sink->first = event->next;
        event_free(event);
    }
    if (!event)
        sink->last = &sink->first;
    return event;
}

static struct event *take_event(struct sink *sink)
{
    struct event *event = first_event(sink);
    if (event && !(sink->first = event->next))
        sink->last = &sink->first;
    return event;
}

bool event_close_step(struct sink *sink, uint64_t operation)
{
    CHECK_HELD();
    CHECK(sink->dead || operation);
    if (operation && sink->running_operation != operation)
        return true;
    return sink->runner ? waits_for_caller(sink->runner) : operation || !first_event(sink);
}

/* Converts the document to UTF-16, into inline_text if it fits. */
static PCWSTR widen(const struct event *event, WCHAR inline_text[EVENT_INLINE_BYTES])
{
    if (event->document != event->inline_text)
        return event->document ? text_to_utf16(event->document, strlen(event->document)) : NULL;
    (void)utf16_from_utf8(event->inline_text, strlen(event->inline_text), inline_text);
    return inline_text;
}

bool event_take(struct delivery *delivery)
{
    CHECK_HELD();
    CHECK(!self()->running);
    struct sink *sink;
    while ((sink = take_ready())) {
        struct event *event = take_event(sink);
        if (!event) {
            sink_unref(sink);
            continue;
        }
        delivery->sink = sink;
        delivery->callback = sink->callback;
        delivery->completion = sink->completion;
        delivery->context = (void *)(uintptr_t)sink->context;
        delivery->event.Type = (HCS_EVENT_TYPE)event->type;
        delivery->event.EventData = widen(event, delivery->inline_text);
        delivery->event.Operation = (HCS_OPERATION)(uintptr_t)event->operation;
        sink->runner = self();
        sink->running_operation = event->operation;
        self()->running = sink;
        running_count++;
        delivery->number =
            trace_deliver(sink->owner ? sink->owner : event->operation, event->type, event->operation, event->document);
        event_free(event);
        return true;
    }
    return false;
}

void event_deliver(struct delivery *delivery)
{
    CHECK(!core_is_held()); /* the client may call anything */
    CHECK(!delivery->completion != !delivery->callback);
    if (delivery->completion)
        delivery->completion(delivery->event.Operation, delivery->context);
    else
        delivery->callback(&delivery->event, delivery->context);
}

void event_done(struct delivery *delivery)
{
    struct sink *sink = delivery->sink;
    CHECK_HELD();
    CHECK(sink->runner == self() && self()->running == sink);
    CHECK(!self()->parked);
    CHECK(running_count > 0);
    trace_delivered(delivery->number);
    if (delivery->event.EventData != delivery->inline_text)
        platform_document_free((void *)(uintptr_t)delivery->event.EventData);
    sink->runner = NULL;
    sink->running_operation = 0;
    self()->running = NULL;
    running_count--;
    make_ready(sink);
    sink_unref(sink);
    progress_changed();
    if (!ready)
        pump_look();
}

void event_abandon(void)
{
    CHECK_HELD();
    ready = NULL;
    ready_last = &ready;
    ready_count = running_count = parked_count = 0;
}

bool event_ready(void)
{
    CHECK_HELD();
    return ready != NULL;
}

struct platform_place event_rest_place(void)
{
    CHECK_HELD();
    return (struct platform_place){&work, sizeof work};
}

unsigned event_active(void)
{
    CHECK_HELD();
    CHECK(parked_count <= running_count);
    return ready_count + running_count - parked_count;
}

void event_count(uint32_t *due, uint32_t *running)
{
    CHECK_HELD();
    *due = ready_count;
    *running = running_count;
}

void event_park(bool parked)
{
    CHECK_HELD();
    struct runner *runner = self();
    if (!runner->running || runner->parked == parked)
        return;
    CHECK(parked || parked_count > 0);
    runner->parked = parked;
    parked_count += parked ? 1u : (unsigned)-1;
    if (parked)
        progress_changed(); /* the clock may advance */
}

/* One thread stays while anything is registered. */
static bool may_end(void)
{
    return threads > 1 || !sinks.live;
}

/* A callback thread: delivers, rests for a second, ends. */
static void worker(void *unused)
{
    struct delivery delivery;
    (void)unused;
    core_lock();
    for (bool rested = false; !rested;) {
        while (event_take(&delivery)) {
            core_unlock();
            event_deliver(&delivery);
            core_lock();
            event_done(&delivery);
        }
        idle_threads++;
        uint64_t until = platform_time() + REST_NS;
        while (!ready && !rested) {
            core_rest(&work, may_end() ? until : PLATFORM_FOREVER);
            rested = !ready && may_end() && platform_time() >= until;
        }
        idle_threads--;
    }
    CHECK(threads > 0);
    threads--;
    core_unlock();
}
