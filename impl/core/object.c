/* Systems, processes and client handles. Entry points: client_handle_open(), system_event(), process_event(). */
#include "object.h"
#include "exit_text.h"
#include "lock.h"
#include "operation.h"
#include "pool.h"
#include "core/progress/progress.h"
#include "spec_hresults.h"
#include "base/text/json_writer.h"
#include "trace.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CACHE_LINE = 64, ROOM_SIZES = ENGINE_MAX_ROOM / CACHE_LINE + 1 };

static size_t lines_of(size_t bytes)
{
    return (bytes + CACHE_LINE - 1) / CACHE_LINE;
}

static struct pool systems = POOL(struct system), handles = POOL(struct client_handle);
static struct pool processes[ROOM_SIZES]; /* by the cache lines of their room: engines want different ones */

/* The maximum number of events for one callback: an exit and a disconnect; for systems also the end of the guest
   connection and the two events of a crash. */
enum { PROCESS_EVENTS = 2, SYSTEM_EVENTS = 5 };

enum { HANDLE_LINES = 2, PROCESS_LINES = 6, SYSTEM_LINES = 4 };

/* With many live objects cache misses otherwise dominate: each line is fetched before it is needed. */
static void prefetch(const void *object, int lines)
{
    for (int line = 0; line < lines; line++)
        __builtin_prefetch((const void *)((uintptr_t)object + (size_t)line * CACHE_LINE), 1); /* it may be NULL */
}

struct system *system_create(void)
{
    CHECK_HELD();
    struct system *system = exit_text_reserve() ? pool_take(&systems) : NULL;
    if (system)
        system->references = 1;
    return system;
}

struct system *system_ref(struct system *system)
{
    CHECK_HELD();
    CHECK(system->references > 0);
    system->references++;
    return system;
}

void system_unref(struct system *system)
{
    CHECK_HELD();
    CHECK(system->references > 0);
    if (--system->references)
        return;
    CHECK(!system->handles);
    CHECK(!system->engine);
    exit_text_give(system->exit_document);
    pool_give(&systems, system);
}

void *system_engine(const struct system *system)
{
    CHECK_HELD();
    CHECK(system->references > 0);
    return system->engine;
}

void system_attach(struct system *system, void *engine)
{
    CHECK_HELD();
    CHECK(!engine || !system->engine);
    system->engine = engine;
}

bool system_has_handles(const struct system *system)
{
    CHECK_HELD();
    return system->handles != NULL;
}

struct process *process_create(struct system *system)
{
    CHECK_HELD();
    const struct engine *engine = core_engine_there();
    size_t room = engine ? lines_of(engine->process_room) : 0;
    CHECK(room < ROOM_SIZES);
    struct pool *pool = &processes[room];
    pool->size = (lines_of(sizeof(struct process)) + room) * CACHE_LINE;
    struct process *process = pool_take(pool);
    if (!process)
        return NULL;
    process->room_lines = (uint8_t)room;
    process->references = 1;
    process->system = system_ref(system);
    return process;
}

struct process *process_ref(struct process *process)
{
    CHECK_HELD();
    CHECK(process->references > 0);
    process->references++;
    return process;
}

/* The engine frees what it attached to the process. */
static void engine_free_process(void *attached)
{
    struct engine *engine = core_engine_there();
    if (attached && engine && engine->operations->process_freed)
        engine->operations->process_freed(engine, attached);
}

void process_unref(struct process *process)
{
    CHECK_HELD();
    CHECK(process->references > 0);
    if (--process->references)
        return;
    CHECK(!process->handles);
    streams_free(process, process->streams);
    system_unref(process->system);
    engine_free_process(process->engine);
    pool_give(&processes[process->room_lines], process);
}

void *process_engine(const struct process *process)
{
    CHECK(process->references > 0);
    return process->engine;
}

void *process_room(struct process *process)
{
    CHECK_HELD();
    CHECK(process->room_lines);
    return (char *)process + lines_of(sizeof(struct process)) * CACHE_LINE;
}

void process_attach(struct process *process, void *engine)
{
    process->engine = engine;
}

bool process_has_handles(const struct process *process)
{
    CHECK_HELD();
    return process->handles != NULL;
}

void process_set_id(struct process *process, uint32_t process_id)
{
    CHECK_HELD();
    CHECK(process_id);
    CHECK(!process->status.process_id);
    process->status.process_id = process_id;
}

static struct client_handle **list_of(const struct client_handle *handle)
{
    CHECK(handle->kind == HANDLE_SYSTEM || handle->kind == HANDLE_PROCESS);
    return handle->kind == HANDLE_SYSTEM ? &handle->system->handles : &handle->process->handles;
}

struct client_handle *client_handle_open(enum handle_kind kind, void *object, bool creator)
{
    CHECK_HELD();
    CHECK(object);
    CHECK(kind == HANDLE_SYSTEM || kind == HANDLE_PROCESS);
    bool inside = creator && kind == HANDLE_PROCESS;
    struct client_handle *handle = inside ? &((struct process *)object)->first : pool_take(&handles);
    if (!handle)
        return NULL;
    handle->kind = kind;
    handle->creator = creator;
    handle->value = handle_open(kind, handle);
    if (!handle->value) {
        if (!inside)
            pool_give(&handles, handle);
        return NULL;
    }
    if (kind == HANDLE_SYSTEM) {
        handle->system = system_ref(object);
    } else {
        handle->process = process_ref(object);
        if (handle->process->system->engine)
            handle_set_near(handle->value, kind, handle->process->system, handle->process->system->engine);
    }
    struct client_handle **list = list_of(handle);
    handle->next = *list;
    CHECK(!handle->previous);
    if (*list)
        (*list)->previous = handle;
    *list = handle;
    return handle;
}

struct client_handle *client_handle_ref(uint64_t value, enum handle_kind kind)
{
    CHECK(kind == HANDLE_SYSTEM || kind == HANDLE_PROCESS);
    struct client_handle *handle = handle_ref(value, kind);
    if (handle) /* a process has its creator's handle as a member, and its engine's part behind it */
        prefetch(handle, kind == HANDLE_PROCESS ? PROCESS_LINES : HANDLE_LINES);
    return handle;
}

void client_handle_prefetch(const struct client_handle *handle)
{
    CHECK_HELD();
    if (handle->kind == HANDLE_SYSTEM) /* the system of a process is fetched by handle_set_near() */
        prefetch(handle->system, 1);
}

void system_prefetch_engine(const struct system *system)
{
    CHECK_HELD();
    prefetch(system->engine, SYSTEM_LINES);
}

void client_handle_unref(struct client_handle *handle)
{
    CHECK_HELD();
    if (!handle_unref(handle->value, handle->kind))
        return;
    bool inside = handle->creator && handle->kind == HANDLE_PROCESS;
    CHECK(!handle->sink);
    CHECK(!handle->operations);
    if (handle->kind == HANDLE_SYSTEM)
        system_unref(handle->system);
    else
        process_unref(handle->process);
    if (!inside)
        pool_give(&handles, handle);
}

static void tell_closed(uint64_t value)
{
    CHECK_HELD();
    struct engine *engine = core_engine();
    if (engine && engine->operations->handle_closed)
        engine->operations->handle_closed(engine, value);
}

/* Tells the engine of the last close; it may end the system or forget the process. */
static void release_object(const struct client_handle *handle)
{
    CHECK_HELD();
    struct engine *engine = *list_of(handle) ? NULL : core_engine();
    if (!engine)
        return;
    if (handle->kind == HANDLE_SYSTEM && engine->operations->system_released)
        engine->operations->system_released(engine, handle->system);
    else if (handle->kind == HANDLE_PROCESS && engine->operations->process_released)
        engine->operations->process_released(engine, handle->process);
    pump_attend();
}

void closing_add(struct closing *closing, struct sink *sink, uint64_t operation)
{
    CHECK_HELD();
    CHECK(sink);
    CHECK(!closing->waits[1].sink); /* a handle has one registration, an operation two at most */
    int i = closing->waits[0].sink ? 1 : 0;
    closing->waits[i].sink = sink;
    closing->waits[i].operation = operation;
}

bool closing_step(void *context)
{
    const struct closing *closing = context;
    CHECK_HELD();
    for (int i = 0; i < 2 && closing->waits[i].sink; i++)
        if (!event_close_step(closing->waits[i].sink, closing->waits[i].operation)) {
            event_set_closing(closing->waits[i].sink, closing->waits[i].operation);
            return false;
        }
    return true;
}

void closing_end(struct closing *closing)
{
    CHECK_HELD();
    event_set_closing(NULL, 0);
    for (int i = 0; i < 2 && closing->waits[i].sink; i++) {
        if (!closing->waits[i].operation)
            event_drop(closing->waits[i].sink);
        sink_unref(closing->waits[i].sink);
    }
    if (closing->handle) {
        client_handle_unref(closing->handle); /* the client's */
        client_handle_unref(closing->handle); /* our own */
    }
    if (closing->operation) {
        operation_unref(closing->operation);
        operation_unref(closing->operation);
    }
}

static void drop_sink(struct client_handle *handle, bool drain, struct closing *closing)
{
    CHECK_HELD();
    struct sink *sink = handle->sink;
    handle->sink = NULL;
    if (!sink)
        return;
    event_kill(sink, drain);
    closing_add(closing, sink, 0);
}

void client_handle_clear(struct client_handle *handle, struct closing *closing)
{
    CHECK_HELD();
    *closing = (struct closing){.handle = NULL};
    drop_sink(handle, false, closing);
}

bool client_handle_close(uint64_t value, enum handle_kind kind, struct closing *closing)
{
    CHECK_HELD();
    CHECK(kind == HANDLE_SYSTEM || kind == HANDLE_PROCESS);
    struct client_handle *handle = handle_ref(value, kind);
    *closing = (struct closing){.handle = handle};
    if (!handle)
        return false;
    if (!handle_kill(value, kind)) {
        client_handle_unref(handle);
        return false;
    }
    CHECK(handle->kind == kind);
    CHECK(handle->previous ? handle->previous->next == handle : *list_of(handle) == handle);
    if (handle->previous)
        handle->previous->next = handle->next;
    else
        *list_of(handle) = handle->next;
    if (handle->next)
        handle->next->previous = handle->previous;
    operation_forget_handle(handle);
    progress_changed();
    tell_closed(value);
    release_object(handle);
    drop_sink(handle, true, closing);
    return true;
}

/* HCS-ROW: E-03 an exit, or a restart of the service, that was reported before is delivered after registration */
static void deliver_missed(struct client_handle *handle)
{
    CHECK(handle->sink);
    char text[STATUS_BYTES];
    if (handle->kind == HANDLE_PROCESS && handle->process->status.exited)
        event_queue(handle->sink, HcsEventProcessExited, process_status_text(&handle->process->status, text), 0);
    else if (handle->kind == HANDLE_SYSTEM && handle->system->exited)
        event_queue(handle->sink, HcsEventSystemExited, handle->system->exit_document, 0);
    if (handle->disconnected)
        event_queue(handle->sink, HcsEventServiceDisconnect, NULL, 0);
    operation_deliver_missed(handle);
}

HRESULT client_handle_register(
    struct client_handle *handle, HCS_EVENT_CALLBACK callback, const void *context, HCS_EVENT_OPTIONS options)
{
    CHECK_HELD();
    CHECK(callback);
    CHECK(handle_is_live(handle->value, handle->kind));
    if (handle->sink) /* HCS-ROW: E-04 one callback per handle */
        return HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET;
    unsigned promised = handle->kind == HANDLE_SYSTEM ? SYSTEM_EVENTS : PROCESS_EVENTS;
    promised += operation_expects(handle, options);
    handle->sink = sink_create(callback, NULL, context, options, handle->value, promised);
    if (!handle->sink)
        return E_OUTOFMEMORY;
    deliver_missed(handle);
    return S_OK;
}

static void tell_observers(const struct client_handle *first, int type, const char *document)
{
    for (const struct client_handle *handle = first, *next; handle; handle = next) {
        next = handle->next; /* an observer may close its own handle */
        if (handle->observer && !handle->disconnected)
            handle->observer->notify(handle->observer, type, document);
    }
}

void system_event(struct system *system, int type, const char *document)
{
    CHECK_HELD();
    CHECK(system->references > 0);
    CHECK(type != HcsEventSystemExited || !system->exited); /* reported once */
    trace_event(type, system, system->handles, document);
    if (type == HcsEventSystemExited) {
        system->exited = true;
        system->exit_document = exit_text_take(document);
    }
    for (struct client_handle *handle = system->handles; handle; handle = handle->next)
        if (handle->sink && !handle->disconnected)
            event_queue(handle->sink, type, document, 0);
    tell_observers(system->handles, type, document);
    progress_count_change();
    progress_changed();
}

void system_lose_status(struct system *system)
{
    CHECK_HELD();
    CHECK(!system->exited);
    system->status_lost = true;
    tell_observers(system->handles, OBSERVED_STATUS_LOST, NULL);
}

bool system_has_callbacks(const struct system *system)
{
    CHECK_HELD();
    for (const struct client_handle *handle = system->handles; handle; handle = handle->next)
        if (handle->sink && !sink_is_idle(handle->sink))
            return true;
    return false;
}

/* HCS-ROW: E-16, E-20, R-01 systems and processes alike; later events are not delivered */
static void disconnect(const void *object, struct client_handle *first)
{
    CHECK_HELD();
    trace_event(HcsEventServiceDisconnect, object, first, NULL);
    tell_observers(first, HcsEventServiceDisconnect, NULL);
    for (struct client_handle *handle = first; handle; handle = handle->next) {
        if (handle->sink && !handle->disconnected)
            event_queue(handle->sink, HcsEventServiceDisconnect, NULL, 0);
        handle->disconnected = true;
    }
    progress_count_change();
    progress_changed();
}

void system_disconnect(struct system *system)
{
    disconnect(system, system->handles);
}

void process_disconnect(struct process *process)
{
    disconnect(process, process->handles);
}

const char *process_status_text(const struct process_status *status, char text[STATUS_BYTES])
{
    CHECK_HELD();
    snprintf(text, STATUS_BYTES, "{\"%s\":%u,\"%s\":%s,\"%s\":%u,\"%s\":%d}", FIELD_ProcessStatus_ProcessId,
        (unsigned)status->process_id, FIELD_ProcessStatus_Exited, status->exited ? "true" : "false",
        FIELD_ProcessStatus_ExitCode, (unsigned)status->exit_code, FIELD_ProcessStatus_LastWaitResult,
        (int)status->last_wait_result);
    return text;
}

char *process_status_document(const struct process_status *status)
{
    char text[STATUS_BYTES];
    return strdup(process_status_text(status, text));
}

/* True if the exit document has a reader. Usually it has none, and printing it costs a tenth of a process's lifecycle.
 */
static bool exit_is_told(const struct process *process)
{
    for (const struct client_handle *handle = process->handles; handle; handle = handle->next)
        if (handle->sink && !handle->disconnected)
            return true;
    return trace_records();
}

void process_event(struct process *process, const struct process_status *status)
{
    CHECK_HELD();
    CHECK(process->references > 0);
    CHECK(status->exited && !process->status.exited); /* reported once */
    CHECK(status->process_id == process->status.process_id);
    process->status = *status;
    char text[STATUS_BYTES];
    const char *document = exit_is_told(process) ? process_status_text(status, text) : NULL;
    trace_event(HcsEventProcessExited, process, process->handles, document);
    for (struct client_handle *handle = process->handles; handle; handle = handle->next)
        if (handle->sink && !handle->disconnected)
            event_queue(handle->sink, HcsEventProcessExited, document, 0);
    tell_observers(process->handles, HcsEventProcessExited, NULL);
    progress_count_change();
    progress_changed();
}

void process_take_information(struct process *process, bool take, HCS_PROCESS_INFORMATION *information)
{
    CHECK_HELD();
    memset(information, 0, sizeof *information);
    information->ProcessId = process->status.process_id;
    struct streams *streams = process->streams;
    if (!take || !streams)
        return;
    HANDLE *const out[STREAM_COUNT] = {&information->StdInput, &information->StdOutput, &information->StdError};
    for (int i = 0; i < STREAM_COUNT; i++)
        if (streams->pair[i].client != PLATFORM_NO_STREAM) {
            *out[i] = (HANDLE)streams->pair[i].client;
            streams->pair[i].client = PLATFORM_NO_STREAM;
        }
    pump_look();
}

void client_handle_explain_exit(const struct client_handle *handle, struct text *text)
{
    CHECK_HELD();
    bool is_process = handle->kind == HANDLE_PROCESS;
    const struct process *process = is_process ? handle->process : NULL;
    const struct system *system = is_process ? handle->process->system : handle->system;
    text_puts(text, "the exit");
    if (core_engine() && core_engine()->operations->explain)
        core_engine()->operations->explain(core_engine(), NULL, system, process, text);
}

bool exit_wait_step(void *context)
{
    struct exit_wait *wait = context;
    struct client_handle *handle = wait->handle;
    CHECK_HELD();
    bool lost = handle->kind == HANDLE_SYSTEM && handle->system->status_lost;
    wait->result = lost ? HCS_E_SYSTEM_ALREADY_STOPPED : S_OK; /* HCS-ROW: R-20 */
    if (handle->kind == HANDLE_SYSTEM ? handle->system->exited : handle->process->status.exited)
        return true;
    wait->result = handle->disconnected ? HCS_E_SERVICE_DISCONNECT : E_HANDLE; /* HCS-ROW: W-06 */
    return handle->disconnected || !handle_is_live(handle->value, handle->kind);
}

size_t object_count(void)
{
    CHECK_HELD();
    size_t count = systems.live + handles.live;
    for (int room = 0; room < ROOM_SIZES; room++)
        count += processes[room].live;
    return count;
}
