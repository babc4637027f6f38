/* Tasks: one per request, from its submission to its answer. Entry points: task_make(), host_due(), host_done(). */
#include "base/check.h"
#include "core/lock.h"
#include "configuration.h"
#include "core/pool.h"
#include "host.h"
#include "service.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

static struct pool tasks = POOL(struct host_task);

struct host_task *task_make(
    struct host *host, struct request *request, struct host_system *system, struct host_process *process)
{
    CHECK_HELD();
    struct host_task *task = pool_take(&tasks);
    (void)host;
    CHECK(!request->engine && !request->done);
    if (!task) {
        request_complete(request, E_OUTOFMEMORY, NULL);
        return NULL;
    }
    task->request = request;
    task->system = system;
    task->process = process;
    request->engine = task;
    return task;
}

bool task_is_about_process(const struct host_task *task)
{
    CHECK_HELD();
    return spec_requests[task->request->kind].about == ABOUT_PROCESS;
}

/* --- the lists of pending tasks; tasks end with their system at the latest --- */

static struct host_task **list_of(struct host *host, const struct host_task *task)
{
    return task->system ? &task->system->pending : &host->pending;
}

static void list_task(struct host *host, struct host_task *task)
{
    struct host_task **first = list_of(host, task);
    CHECK(!task->listed);
    task->listed = true;
    task->next = *first;
    task->previous = NULL;
    if (*first)
        (*first)->previous = task;
    *first = task;
}

static void unlist(struct host *host, struct host_task *task)
{
    if (!task->listed)
        return;
    task->listed = false;
    CHECK(task->previous ? task->previous->next == task : *list_of(host, task) == task);
    if (task->previous)
        task->previous->next = task->next;
    else
        *list_of(host, task) = task->next;
    if (task->next)
        task->next->previous = task->previous;
}

/* --- the answer --- */

static void free_payload(struct host_task *task)
{
    enum request_kind kind = task->request->kind;
    if (kind == REQUEST_MODIFY)
        modification_free(task->modification);
    else if (kind == REQUEST_PROPERTIES)
        free(task->query.queries);
    else if (kind == REQUEST_ENUMERATE)
        free(task->enumeration);
}

static struct request *free_task(struct host_task *task)
{
    struct request *request = task->request;
    CHECK(!task->listed && !task->acting);
    CHECK(request->engine == task && !request->done);
    free_payload(task);
    free(task->document);
    request->engine = NULL;
    pool_give(&tasks, task);
    return request;
}

void task_answer(struct host *host, struct host_task *task, HRESULT result, char *document)
{
    CHECK_HELD();
    char *path = task->path, *message = task->message;
    if (FAILED(result) && task->document) {
        free(document);
        document = task->document;
        task->document = NULL;
    }
    struct request *request = free_task(task);
    (void)host;
    if (FAILED(result) && message)
        request_refuse(request, result, path, message);
    else
        request_complete(request, result, document);
    free(path);
    free(message);
}

void task_refuse(struct host *host, struct host_task *task, HRESULT result, const char *path, const char *message)
{
    CHECK_HELD();
    (void)host;
    request_refuse(free_task(task), result, path, message);
}

void task_cut(struct host *host, struct host_task *task, HRESULT result)
{
    CHECK_HELD();
    if (task->completes && !task->done && host->backend->cancel)
        host->backend->cancel(host, task);
    unlist(host, task);
    if (task->request->kind == REQUEST_CREATE_PROCESS)
        process_abandon(host, task->process);
    free(task->document);
    task->document = NULL;
    task_answer(host, task, result, NULL);
}

/* --- from submission to completion --- */

bool task_send_plainly(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    task->completes = true;
    if (host->backend->delay && !host->backend->delay(host, task)) {
        task->completes = false;
        task_cut(host, task, E_OUTOFMEMORY);
        return false;
    }
    list_task(host, task);
    return true;
}

bool task_apply_faults(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    enum backend_way way = host->backend->apply_faults ? host->backend->apply_faults(host, task) : BACKEND_COMPLETES;
    task->completes = way == BACKEND_COMPLETES;
    if (system_engine(task->request->system))
        return true;
    task->system = NULL; /* a fault has ended the system */
    task->completes = false;
    task_cut(host, task, task->decision);
    return false;
}

bool task_send_decided(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    if (task->completes)
        return task_send_plainly(host, task);
    list_task(host, task);
    return true;
}

bool task_send(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    return task_apply_faults(host, task) && task_send_decided(host, task);
}

void task_go(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    if (!host->backend->delay && task->completes)
        host_due(host, task);
}

/* True if the task acts on something that runs, or starts it; before the first start, systems are only documents. */
static bool acts_on_what_runs(const struct host_task *task)
{
    return task_is_about_process(task) || task->request->kind == REQUEST_START || task->system->was_started;
}

/* Passes the task to the backend. Returns false if that has nothing to do for it. */
static bool call_backend(struct host *host, struct host_task *task)
{
    if (!task_is_about_process(task) && (!task->system || task->request->kind == REQUEST_ENUMERATE))
        return false;
    bool counts = acts_on_what_runs(task);
    bool asked = task_is_about_process(task) ? process_act(host, task) : system_act(host, task);
    host->backend_calls += asked && counts;
    task->request->backend_calls += asked && counts;
    return asked;
}

static void finish(struct host *host, struct host_task *task)
{
    struct host_system *system = task->system;
    if (task_is_about_process(task))
        process_finish(host, task);
    else if (task->request->kind == REQUEST_ENUMERATE)
        service_finish(host, task);
    else if (!system) /* only a create whose id is in use gets here without a system */
        task_answer(host, task, HCS_E_SYSTEM_ALREADY_EXISTS, failure_document(host, task, HCS_E_SYSTEM_ALREADY_EXISTS));
    else {
        system_finish(host, task);
        return;
    }
    if (system)
        end_settle(host, system);
}

/* If the backend calls host_done() before its function returns, the task is finished here, after that. */
void host_due(struct host *host, struct host_task *task)
{
    struct host_system *system = task->system;
    CHECK_HELD();
    CHECK(task->completes && !task->acting && !task->done);
    unlist(host, task);
    if (SUCCEEDED(task->decision)) {
        task->acting = task->asked = true;
        if (system)
            system->acting++;
        task->done = !call_backend(host, task) || task->done;
        if (system)
            system->acting--;
        task->acting = false;
        if (!task->done) {
            list_task(host, task);
            return;
        }
    }
    finish(host, task);
}

void host_done(struct host *host, struct host_task *task, HRESULT result)
{
    CHECK_HELD();
    CHECK(!task->done);
    CHECK(task->acting || (task->listed && task->completes));
    if (FAILED(result))
        task->decision = result;
    task->done = true;
    if (task->acting || task->overtaken)
        return;
    unlist(host, task);
    finish(host, task);
}

/* A task still in its delay() has changed nothing yet, so its delay is cancelled and begins only when it continues. */
void task_overtake(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    CHECK(task->listed && !task->overtaken && !task->done);
    task->overtaken = true;
    task->put_off = task->completes && !task->asked;
    if (!task->put_off)
        return;
    if (host->backend->cancel)
        host->backend->cancel(host, task);
    task->completes = false;
}

void task_go_on(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    CHECK(task->listed && task->overtaken);
    task->overtaken = false;
    if (task->put_off) {
        task->put_off = false;
        task->completes = true;
        host_due(host, task);
    } else if (task->done) {
        unlist(host, task);
        finish(host, task);
    }
}

void host_failed(struct host *host, struct host_task *task, HRESULT result, const char *path, const char *message)
{
    CHECK_HELD();
    CHECK(FAILED(result) && !task->message);
    task->path = path && *path ? strdup(path) : NULL;
    task->message = strdup(message); /* when out of memory, the core's text for the result is used */
    host_done(host, task, result);
}

bool host_refuses(struct host *host, struct request *request, const char *id, struct host_system *system)
{
    CHECK_HELD();
    HRESULT result = host->backend->admit ? host->backend->admit(host, request, id, system) : S_OK;
    if (SUCCEEDED(result))
        return false;
    request_complete(request, result, NULL);
    return true;
}
