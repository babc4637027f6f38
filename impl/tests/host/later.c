/* A backend that carries out every task on a worker thread. Entry points: queue(), work(). */
#include "later.h"
#include "core/progress/progress.h"
#include "spec_hresults.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 64, FIRST_ID = 7 };

struct later {
    struct host host;
    pthread_t worker;
    struct platform_condition work;
    struct host_task *tasks[TASKS];
    unsigned count;
    uint64_t random, clock;
    uint32_t last_id;
    HRESULT fails;
    struct {
        HRESULT result;
        unsigned count;
    } fails_of[REQUEST_KINDS];
    bool stops, holds, latest_first;
};

static struct later *later_of(struct host *host)
{
    return (struct later *)host;
}

/* Queues a task for the worker. */
static void queue(struct host *host, struct host_task *task)
{
    struct later *later = later_of(host);
    later->tasks[later->count++] = task;
    platform_notify_all(&later->work);
}

static void cancel(struct host *host, struct host_task *task)
{
    struct later *later = later_of(host);
    unsigned kept = 0;
    for (unsigned i = 0; i < later->count; i++)
        if (later->tasks[i] != task)
            later->tasks[kept++] = later->tasks[i];
    later->count = kept;
}

/* Applies the effect of a task, before it is reported as done. */
static void take_effect(struct later *later, struct host_task *task)
{
    struct host *host = &later->host;
    if (task->request->kind == REQUEST_TERMINATE)
        host_system_ended(host, task->system, HOST_END_FORCED, S_OK, S_OK);
    else if (task->request->kind == REQUEST_CREATE_PROCESS)
        task->process->id = later->last_id++;
    else if (spec_requests[task->request->kind].signals)
        host_process_ended(host, task->process, task->signal.exit_code, S_OK);
}

static HRESULT result_of(struct later *later, enum request_kind kind)
{
    HRESULT result = later->fails;
    later->fails = S_OK;
    if (!later->fails_of[kind].count)
        return result;
    later->fails_of[kind].count--;
    return later->fails_of[kind].result;
}

static void do_one(struct later *later)
{
    struct host_task *task = later->tasks[later->latest_first ? later->count - 1 : 0];
    HRESULT result = result_of(later, task->request->kind);
    cancel(&later->host, task);
    if (SUCCEEDED(result))
        take_effect(later, task);
    host_done(&later->host, task, result);
}

static void *work(void *context)
{
    struct later *later = context;
    core_lock();
    while (!later->stops)
        if (later->count && !later->holds)
            do_one(later);
        else
            core_rest(&later->work, PLATFORM_FOREVER);
    core_unlock();
    return NULL;
}

static void resume(struct host *host, struct host_system *system, struct host_task *task)
{
    (void)system;
    if (task)
        queue(host, task);
}

static struct host_system *system_make(struct host *host)
{
    (void)host;
    return calloc(1, sizeof(struct host_system));
}

static void system_free(struct host *host, struct host_system *system)
{
    (void)host;
    free(system);
}

static struct host_process *process_make(struct host *host, struct process *core)
{
    (void)host;
    (void)core;
    return calloc(1, sizeof(struct host_process));
}

static void process_free(struct host *host, struct host_process *process)
{
    (void)host;
    free(process);
}

static uint64_t tell_time(struct host *host)
{
    return later_of(host)->clock += 1000;
}

static uint64_t draw(struct host *host, uint64_t below)
{
    uint64_t number = later_of(host)->random++;
    return below ? number % below : number;
}

static void no_system_usage(struct host *host, const struct host_system *system, struct backend_usage *usage)
{
    (void)host;
    usage->commit = system->running;
}

static void no_process_usage(struct host *host, const struct host_process *process, struct backend_usage *usage)
{
    (void)host;
    (void)process;
    usage->user = 1;
}

static void abandon(struct host *host, struct host_system *system, enum backend_reason reason)
{
    (void)reason;
    host_system_ended(host, system, HOST_END_FORCED, S_OK, S_OK);
}

static HRESULT prepare(struct host *host, struct host_process *process, const struct document *document)
{
    (void)host;
    (void)process;
    return document_string(document, ProcessParameters_CommandLine) ? S_OK : E_INVALIDARG;
}

static void image(struct host *host, const struct host_process *process, char *name, size_t size)
{
    (void)host;
    snprintf(name, size, "program %u", (unsigned)process->id);
}

static bool process_ended(struct host *host, struct host_process *process)
{
    (void)host;
    (void)process;
    return false;
}

static void process_forgotten(struct host *host, struct host_process *process)
{
    (void)host;
    (void)process;
}

static const struct backend_operations later_backend = {
    .system_make = system_make,
    .system_free = system_free,
    .process_make = process_make,
    .process_free = process_free,
    .time = tell_time,
    .random = draw,
    .create = queue,
    .start = queue,
    .shut_down = queue,
    .terminate = queue,
    .crash = queue,
    .pause = queue,
    .resume = resume,
    .save = queue,
    .modify = queue,
    .statistics = queue,
    .system_usage = no_system_usage,
    .process_usage = no_process_usage,
    .abandon = abandon,
    .cancel = cancel,
    .prepare = prepare,
    .spawn = queue,
    .signal = queue,
    .change = queue,
    .image = image,
    .process_ended = process_ended,
    .process_forgotten = process_forgotten,
};

static HRESULT open_later(const struct engine_options *options, struct engine **engine)
{
    (void)options; /* it has none */
    struct later *later = calloc(1, sizeof *later);
    if (!later)
        return E_OUTOFMEMORY;
    later->host.base = (struct engine){.operations = &later_engine, .os_build = 26100, .schema_minor = 7};
    later->host.backend = &later_backend;
    later->host.processors = 1;
    later->last_id = FIRST_ID;
    later->work = (struct platform_condition)PLATFORM_CONDITION;
    host_open(&later->host);
    if (pthread_create(&later->worker, NULL, work, later)) {
        free(later);
        return E_OUTOFMEMORY;
    }
    *engine = &later->host.base;
    return S_OK;
}

static void stop_later(struct engine *engine)
{
    struct later *later = (struct later *)engine;
    core_lock();
    later->stops = true;
    platform_notify_all(&later->work);
    core_unlock();
    pthread_join(later->worker, NULL);
}

static void close_later(struct engine *engine)
{
    struct later *later = (struct later *)engine;
    host_close(&later->host);
    free(later);
}

static struct later *opened(void)
{
    return (struct later *)core_engine();
}

void later_end_system(const char *id)
{
    struct host *host = &opened()->host;
    host_system_ended(host, host_find(host, id), HOST_END_UNEXPECTED, E_FAIL, E_FAIL);
}

void later_end_process(const char *id, uint32_t process, uint32_t exit_code)
{
    struct host *host = &opened()->host;
    const struct host_system *system = host_find(host, id);
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct host_process *each = host_process_in(system, i);
        if (each && each->id == process)
            host_process_ended(host, each, exit_code, S_OK);
    }
}

void later_fail(HRESULT result)
{
    opened()->fails = result;
}

void later_fail_kind(enum request_kind kind, HRESULT result, unsigned count)
{
    opened()->fails_of[kind].result = result;
    opened()->fails_of[kind].count = count;
}

void later_turn_around(bool latest_first)
{
    opened()->latest_first = latest_first;
}

void later_hold(bool hold)
{
    opened()->holds = hold;
    platform_notify_all(&opened()->work);
}

const struct engine_operations later_engine = {
    .name = "later",
    .open = open_later,
    .stop = stop_later,
    .close = close_later,
    .submit = host_submit,
    .system_released = host_system_released,
    .process_released = host_process_released,
    .process_freed = host_process_freed,
};
