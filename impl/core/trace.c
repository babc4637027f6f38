/* The trace. Entry points: trace_begin(), trace_end(). */
#include "trace.h"
#include "object.h"
#include "platform/platform.h"
#include "core/progress/progress.h"
#include "base/text/json_writer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct trace_observer *observer;
static _Thread_local struct trace_call *pending;

static void begin_line(struct writer *writer)
{
    trace_line_begin(writer, core_now());
}

static void write_header(void)
{
    struct writer writer;
    struct engine *engine = core_engine();
    trace_line_head(&writer, engine ? engine->operations->name : "none");
    if (!engine || !engine_has_clock(engine)) /* lets the traces of several clients be merged by time */
        writer_integer(&writer, "since", (int64_t)progress_start());
    if (engine && engine->operations->describe)
        engine->operations->describe(engine, &writer);
    trace_line_end(&writer);
}

/* --- calls --- */

void trace_begin(struct trace_call *call, enum spec_function_index function, const union spec_argument *arguments)
{
    CHECK(!core_is_held());
    *call = (struct trace_call){function, arguments, false};
    pending = call;
}

static void write_call(struct trace_call *call)
{
    CHECK(!call->written);
    call->written = true;
    trace_write_call(core_now(), call->function, call->arguments);
}

void trace_take_effect(void)
{
    CHECK_HELD();
    if (pending && trace_records())
        write_call(pending);
    pending = NULL;
}

void trace_end(struct trace_call *call, uint64_t value)
{
    CHECK(!pending || pending == call);
    core_lock();
    if (trace_records()) {
        if (!call->written)
            write_call(call);
        trace_write_return(core_now(), call->function, call->arguments, value);
    }
    pending = NULL;
    core_unlock();
}

void trace_set_speaker(struct trace_speaker next)
{
    (void)trace_speak_as(next); /* the one before is of no use: each client says who it is */
}

/* --- what happens --- */

static void begin_client_line(struct writer *writer, struct trace_client client)
{
    begin_line(writer);
    writer_integer(writer, "client", client.number);
    if (!client.number)
        writer_integer(writer, "connection", client.connection);
}

void trace_request(struct trace_client client, const struct trace_request *request)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    trace_tell_text(request->system);
    trace_tell_text(request->document);
    trace_tell_text(request->path);
    begin_client_line(&writer, client);
    writer_integer(&writer, "request", request->id);
    writer_string(&writer, "function", request->function);
    if (request->target)
        trace_put_handle(&writer, "on", request->target);
    else if (request->target_is_gone)
        writer_string(&writer, "on", "gone");
    if (request->process_id)
        writer_integer(&writer, "processId", request->process_id);
    if (request->user)
        writer_integer(&writer, "user", request->user);
    trace_put_text(&writer, "system", request->system);
    trace_put_text(&writer, "document", request->document);
    if (request->path)
        trace_put_text(&writer, "path", request->path);
    trace_line_end(&writer);
}

void trace_answer(struct trace_client client, uint32_t id, HRESULT result, uint64_t object, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    trace_tell_text(document);
    begin_client_line(&writer, client);
    writer_integer(&writer, "answer", id);
    trace_put_result(&writer, "result", result);
    if (object)
        trace_put_handle(&writer, "handle", object);
    trace_put_text(&writer, "document", document);
    trace_line_end(&writer);
}

void trace_client_release(struct trace_client client, uint64_t handle)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    trace_put_handle(&writer, "releases", handle);
    trace_line_end(&writer);
}

void trace_client_poll(struct trace_client client, uint64_t limit)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    writer_boolean(&writer, "polls", true);
    if (limit != PLATFORM_FOREVER)
        writer_integer(&writer, "limit", (int64_t)limit);
    trace_line_end(&writer);
}

void trace_client_leave(struct trace_client client, bool killed)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    writer_string(&writer, "leaves", killed ? "killed" : "ended");
    trace_line_end(&writer);
}

void trace_client_time_out(struct trace_client client)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_client_line(&writer, client);
    writer_boolean(&writer, "timesOut", true);
    trace_line_end(&writer);
}

void trace_complete(uint64_t operation, HRESULT result, const char *document)
{
    CHECK_HELD();
    CHECK(operation);
    if (observer)
        observer->complete(observer->context, operation, result);
    if (!trace_records())
        return;
    trace_write_complete(core_now(), operation, result, document);
}

void trace_event(int type, const void *object, const struct client_handle *handles, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    if (observer)
        observer->event(observer->context, type, object);
    if (!trace_records())
        return;
    trace_tell_text(document);
    begin_line(&writer);
    writer_string(&writer, "event", trace_event_name(type));
    writer_open(&writer, "of", '[');
    for (; handles; handles = handles->next)
        trace_put_handle(&writer, NULL, handles->value);
    writer_close(&writer, ']');
    trace_put_text(&writer, "document", document);
    trace_line_end(&writer);
}

/* property, result: NULL and S_OK if the fault has none. */
static void write_fault(const char *words, const char *property, HRESULT result)
{
    struct writer writer;
    begin_line(&writer);
    writer_string(&writer, "fault", words);
    if (property)
        writer_string(&writer, "property", property);
    if (FAILED(result))
        trace_put_result(&writer, "result", result);
    trace_line_end(&writer);
}

static const char fails[] = "fails";

void trace_fault(enum trace_fault effect, HRESULT result)
{
    CHECK_HELD();
    CHECK(effect < TRACE_FAULTS);
    static const char *const names[] = {fails, "hangs", "system exits", "service restarts", "exit is not told",
        "output does not end", "exit is told late", "exit has no status", "connection closes", "process ends at once",
        "signals await the exit", "terminate awaits callbacks", "has no effect"};
    _Static_assert(sizeof names / sizeof *names == TRACE_FAULTS, "each fault has its words");
    if (observer)
        observer->fault(observer->context, effect, result);
    if (trace_records())
        write_fault(names[effect], NULL, effect == TRACE_FAULT_FAIL ? result : S_OK);
}

void trace_property_fault(const char *property, HRESULT result)
{
    CHECK_HELD();
    if (trace_records())
        write_fault(fails, property, result);
}

void trace_untold(int type, const void *object)
{
    CHECK_HELD();
    if (observer)
        observer->untold(observer->context, type, object);
}

uint32_t trace_deliver(uint64_t to, int type, uint64_t operation, const char *document)
{
    CHECK_HELD();
    CHECK(to);
    if (observer)
        observer->deliver(observer->context, to, type, operation);
    if (!trace_records())
        return 0;
    return trace_write_deliver(core_now(), to, type, operation, document);
}

void trace_delivered(uint32_t number)
{
    CHECK_HELD();
    if (!trace_records() || !number)
        return;
    trace_write_delivered(core_now(), number);
    trace_set_speaker((struct trace_speaker){0, 0});
}

void trace_wake(void)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_line(&writer);
    trace_write_speaker(&writer);
    writer_boolean(&writer, "wakes", true);
    trace_line_end(&writer);
}

static void tell_move(const char *why, uint64_t limit)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_line(&writer);
    writer_boolean(&writer, why, true);
    if (limit != PLATFORM_FOREVER)
        writer_integer(&writer, "limit", (int64_t)limit);
    trace_line_end(&writer);
}

void trace_idle(uint64_t limit)
{
    tell_move("idle", limit);
}

void trace_poll(uint64_t limit)
{
    tell_move("poll", limit);
}

void trace_scenario(const char *change)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    trace_tell_text(change);
    begin_line(&writer);
    trace_put_text(&writer, "scenario", change);
    trace_line_end(&writer);
}

void trace_file(HRESULT result, const char *document)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    trace_tell_text(document);
    begin_line(&writer);
    trace_write_speaker(&writer);
    trace_put_result(&writer, "file", result);
    trace_put_text(&writer, "document", document);
    trace_line_end(&writer);
}

void trace_port(const char *name, enum trace_port what, HRESULT result, const void *bytes, size_t length)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    trace_tell_text(name);
    begin_line(&writer);
    trace_put_text(&writer, "port", name);
    if (what == TRACE_PORT_MADE)
        trace_put_result(&writer, "made", result);
    else if (what == TRACE_PORT_CONNECTS)
        writer_boolean(&writer, "connects", true);
    else
        trace_put_bytes(&writer, bytes, length);
    trace_line_end(&writer);
}

void trace_input(uint64_t process, const void *bytes, size_t length)
{
    CHECK_HELD();
    struct writer writer;
    if (!trace_records())
        return;
    begin_line(&writer);
    trace_put_handle(&writer, "input", process);
    trace_put_bytes(&writer, bytes, length);
    trace_line_end(&writer);
}

void trace_observe(const struct trace_observer *next)
{
    observer = next;
}

/* --- where it goes --- */

static void start(struct trace_output *next)
{
    CHECK_HELD();
    if (next)
        (void)core_engine(); /* opened first: events during that are not part of the trace */
    trace_lines_start(next);
    trace_write_start();
    if (next)
        write_header();
}

void trace_to(struct trace_output *next)
{
    (void)trace_lines_close(); /* whether it went to a file or not */
    start(next);
}

const char *trace_to_file(const char *path)
{
    struct trace_output *next;
    const char *why = trace_lines_open(path, &next);
    if (!why)
        start(next); /* without trace_to(NULL) before: a thread's first call in between would not be recorded */
    return why;
}

HRESULT trace_change(const char *path, uint64_t *ended)
{
    CHECK_HELD();
    uint64_t before = trace_records() ? trace_lines_hash() : 0;
    if (ended)
        *ended = before;
    trace_to(NULL);
    return path && trace_to_file(path) ? E_INVALIDARG : S_OK;
}

bool trace_look(void)
{
    const char *path = getenv("COMPUTECORE_TRACE"), *why;
    int state = platform_cancel_off();
    core_lock();
    if (atomic_load_explicit(&trace_state, memory_order_relaxed) == TRACE_UNKNOWN) {
        if (!path || !*path) {
            atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
        } else if ((why = trace_to_file(path))) {
            fprintf(stderr, "computecore: COMPUTECORE_TRACE: %s can't be written: %s\n", path, why);
            atomic_store_explicit(&trace_state, TRACE_OFF, memory_order_relaxed);
        }
    }
    core_unlock();
    platform_cancel_restore(state);
    return trace_records();
}

uint64_t trace_hash(void)
{
    return trace_lines_hash();
}
