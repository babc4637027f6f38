/* What one client of computecored holds. Entry points: held_create(), held_open(), session_close_handles(). */
#include "session_handles.h"
#include "core/lock.h"
#include "core/pool.h"
#include "core/trace.h"
#include "daemon/protocol/wire.h"
#include <stdlib.h>

static struct pool holdings = POOL(struct held); /* a client may hold many */
_Static_assert(sizeof(struct held) <= 48, "10,000 systems cost the daemon less than 8 MiB");

static void on_system(struct handle_observer *observer, int type, const char *document)
{
    struct held *held = (struct held *)observer;
    if (type == OBSERVED_STATUS_LOST)
        session_notify(held->session, WIRE_STATUS_LOST, 0, held->number, 0, NULL);
    else if (type == HcsEventServiceDisconnect)
        session_notify(held->session, WIRE_SYSTEM_DISCONNECTED, 0, held->number, 0, NULL);
    else
        session_notify(held->session, WIRE_SYSTEM_EVENT, 0, held->number, type, document);
}

static void tell_process_exit(const struct held *held, uint32_t request)
{
    const struct process_status *status = &held->handle->process->status;
    struct wire_status exit = {status->process_id, status->exit_code, status->last_wait_result, 0};
    struct message message = {.kind = WIRE_PROCESS_EXITED,
        .id = request,
        .value = held->number,
        .text = (char *)&exit,
        .length = sizeof exit};
    session_send(held->session, &message);
}

static void on_process(struct handle_observer *observer, int type, const char *document)
{
    struct held *held = (struct held *)observer;
    (void)document;
    if (type == HcsEventProcessExited)
        tell_process_exit(held, 0);
    else if (type == HcsEventServiceDisconnect)
        session_notify(held->session, WIRE_PROCESS_DISCONNECTED, 0, held->number, 0, NULL);
}

static struct table *table_of(struct session *session, enum handle_kind kind)
{
    return kind == HANDLE_SYSTEM ? &session->systems : &session->processes;
}

/* Returns a free number, or NULL without memory. */
static struct held *take_number(struct table *table)
{
    struct held *held = table->free;
    if (held) {
        table->free = held->next_free;
        return held;
    }
    if (table->count == table->capacity) {
        uint32_t capacity = table->capacity ? table->capacity * 2 : 16;
        struct held **list = realloc(table->list, capacity * sizeof(struct held *));
        if (!list)
            return NULL;
        table->list = list;
        table->capacity = capacity;
    }
    held = pool_take(&holdings);
    if (!held)
        return NULL;
    table->list[table->count++] = held;
    held->number = table->count;
    return held;
}

static void give_number(struct table *table, struct held *held)
{
    held->handle = NULL;
    held->next_free = table->free;
    table->free = held;
}

/* Returns the client's number for an object, or NULL if it has none that it knows: that of its own create is not known
   before the answer. A handle that the service's restart has cut off hears nothing more: who opens the object again
   gets another. */
static struct held *held_of(const struct session *session, const struct client_handle *first)
{
    for (const struct client_handle *handle = first; handle; handle = handle->next) {
        if (!handle->observer || handle->disconnected ||
            (handle->observer->notify != on_system && handle->observer->notify != on_process))
            continue;
        struct held *held = (struct held *)handle->observer;
        if (held->session == session && held->named)
            return held;
    }
    return NULL;
}

/* Opens a handle on an object for the client; NULL: no memory. */
static struct held *hold(struct session *session, enum handle_kind kind, void *object, bool creator)
{
    struct table *table = table_of(session, kind);
    // -fanalyzer: the table keeps its list and all that was ever held
    struct held *held = take_number(table);
    if (!held)
        return NULL;
    held->handle = client_handle_open(kind, object, creator);
    if (!held->handle) {
        give_number(table, held);
        return NULL;
    }
    held->session = session;
    held->named = held->made_by = 0;
    held->observer.notify = kind == HANDLE_SYSTEM ? on_system : on_process;
    held->handle->observer = &held->observer;
    return held;
}

struct held *held_create(struct session *session, enum handle_kind kind, void *object)
{
    CHECK_HELD();
    return hold(session, kind, object, true);
}

struct held *held_open(struct session *session, enum handle_kind kind, void *object)
{
    CHECK_HELD();
    const struct client_handle *handles =
        kind == HANDLE_SYSTEM ? ((struct system *)object)->handles : ((struct process *)object)->handles;
    struct held *held = held_of(session, handles);
    return held ? held : hold(session, kind, object, false);
}

void held_tell_past(const struct held *held, uint32_t request)
{
    CHECK_HELD();
    const struct client_handle *handle = held->handle;
    if (handle->kind == HANDLE_PROCESS) {
        if (handle->process->status.exited)
            tell_process_exit(held, request);
        return;
    }
    const struct system *system = handle->system;
    if (system->status_lost)
        session_notify(held->session, WIRE_STATUS_LOST, request, held->number, 0, NULL);
    if (system->exited)
        session_notify(
            held->session, WIRE_SYSTEM_EVENT, request, held->number, HcsEventSystemExited, system->exit_document);
}

static void let_go(struct held *held)
{
    struct client_handle *handle = held->handle;
    struct closing closing;
    give_number(table_of(held->session, handle->kind), held);
    if (client_handle_close(handle->value, handle->kind, &closing))
        closing_end(&closing); /* no callback is registered: there is nothing to wait for */
}

struct held *held_find(const struct table *table, uint64_t number)
{
    CHECK_HELD();
    return number && number <= table->count && table->list[number - 1]->handle ? table->list[number - 1] : NULL;
}

struct held *held_target(const struct table *table, uint64_t number)
{
    CHECK_HELD();
    struct held *newest = NULL;
    uint64_t made_by = number & ~WIRE_MADE_BY;
    if (!(number & WIRE_MADE_BY))
        return held_find(table, number);
    for (uint32_t i = 0; made_by && i < table->count; i++) { /* 0: of all that was opened */
        struct held *held = table->list[i];
        if (held->handle && held->made_by == made_by && (!newest || held->made_order > newest->made_order))
            newest = held;
    }
    return newest;
}

static void release(struct session *session, enum handle_kind kind, const struct message *message)
{
    struct held *held = held_find(table_of(session, kind), message->value);
    /* NULL: already released, since an answer sent meanwhile made the client release it twice. named is 0: the client
       has not received its number yet */
    if (!held || !held->named)
        return;
    uint32_t seen = (uint32_t)message->result;
    held->named -= seen < held->named ? seen : held->named;
    if (held->named)
        return;
    trace_client_release(session_in_trace(session), held->handle->value);
    let_go(held);
}

void session_release_system(struct session *session, const struct message *message)
{
    CHECK_HELD();
    release(session, HANDLE_SYSTEM, message);
}

void session_release_process(struct session *session, const struct message *message)
{
    CHECK_HELD();
    release(session, HANDLE_PROCESS, message);
}

uint32_t session_number_of(const struct session *session, uint64_t handle)
{
    CHECK_HELD();
    for (int kind = 0; kind < 2; kind++) {
        const struct table *table = kind ? &session->processes : &session->systems;
        for (uint32_t i = 0; i < table->count; i++)
            if (table->list[i]->handle && table->list[i]->handle->value == handle)
                return i + 1;
    }
    return 0;
}

uint64_t session_process(const struct session *session, uint32_t number)
{
    CHECK_HELD();
    const struct held *held = held_find(&session->processes, number);
    return held ? held->handle->value : 0;
}

static void close_table(struct table *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->list[i]->handle)
            let_go(table->list[i]);
    for (uint32_t i = 0; i < table->count; i++)
        pool_give(&holdings, table->list[i]);
    free(table->list);
}

void session_close_handles(struct session *session)
{
    CHECK_HELD();
    close_table(&session->processes);
    close_table(&session->systems);
}
