/* The simulator as engine and backend: its clock and the functions for the host model. Entry points: sim_open(),
   sim_drive(). */
#include "sim.h"
#include "core/lock.h"
#include "base/check.h"
#include "base/text/json_writer.h"
#include "core/progress/progress.h"
#include "core/trace.h"
#include "ended.h"
#include "guest/guest.h"
#include "guest/own.h"
#include "host_files.h"
#include "spec_hresults.h"
#include "systems.h"
#include <stdio.h>
#include <stdlib.h>

static void sim_close(struct engine *engine)
{
    struct sim *sim = (struct sim *)engine;
    host_close(&sim->host);
    queue_free(&sim->queue);
    ended_free(sim);
    scenario_free(&sim->scenario);
    free(sim);
}

/* --- the backend: time and random numbers --- */

static uint64_t sim_time(struct host *host)
{
    return ((struct sim *)host)->now;
}

static uint64_t sim_random(struct host *host, uint64_t below)
{
    struct random *random = &((struct sim *)host)->random;
    return below ? random_below(random, below) : random_next(random);
}

static bool sim_delay(struct host *host, struct host_task *task)
{
    struct sim *sim = (struct sim *)host;
    enum request_kind kind = task->request->kind;
    CHECK(!task->ticket);
    if (task->process)
        guest_prefetch_end(sim, (const struct sim_process *)task->process);
    uint64_t delay = latency_draw(&sim->scenario.latency[kind], &sim->random);
    if (!queue_reserve(&sim->queue))
        return false;
    task->ticket = queue_push(&sim->queue, sim->now + delay, SIM_COMPLETE, task);
    if (kind == REQUEST_PAUSE && SUCCEEDED(task->decision))
        guest_pause_all(sim, task->system);
    return true;
}

static void sim_cancel(struct host *host, struct host_task *task)
{
    struct queue *queue = &((struct sim *)host)->queue;
    if (task->ticket) {
        queue_remove(queue, task->ticket);
        queue_release(queue);
    }
    task->ticket = 0;
    task->awaits = false;
}

static const struct backend_operations sim_backend = {
    .system_make = systems_make,
    .system_free = systems_free,
    .process_make = guest_make,
    .process_free = guest_free,
    .time = sim_time,
    .random = sim_random,
    .file = host_files_submit,
    .may_open = host_files_may_open,
    .admit = sim_admit,
    .admit_property = sim_admit_property,
    .property = sim_property,
    .apply_faults = sim_apply_faults,
    .delay = sim_delay,
    .takes = systems_take,
    .can_start = systems_can_start,
    .start = systems_start,
    .modify = systems_modify,
    .shut_down = systems_shut_down,
    .terminate = systems_terminate,
    .resume = systems_resume,
    .system_usage = systems_usage,
    .process_usage = guest_usage,
    .abandon = systems_abandon,
    .cancel = sim_cancel,
    .system_ended = systems_ended,
    .prepare = guest_prepare,
    .spawn = guest_spawn,
    .signal = guest_signal,
    .change = guest_change,
    .own_processes = own_processes,
    .image = guest_image,
    .process_ended = guest_ended,
    .process_forgotten = guest_forgotten,
    .find_process = guest_find,
};

static HRESULT sim_open(const struct engine_options *options, struct engine **engine)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim)
        return E_OUTOFMEMORY;
    HRESULT result = scenario_read(options, &sim->scenario);
    if (FAILED(result)) {
        free(sim);
        return result;
    }
    const struct scenario *scenario = &sim->scenario;
    sim->host.base = (struct engine){.operations = &sim_engine,
        .clock = {scenario->clients, scenario->idle_ms, scenario->speed},
        .os_build = scenario->os_build,
        .time = scenario->time,
        .schema_minor = document_minor_of_build(scenario->os_build),
        .process_room = sizeof(struct sim_process),
        .strict_documents = scenario->strict_documents,
        .refuses_at_once = scenario->refuses_at_once};
    sim->host.backend = &sim_backend;
    sim->host.processors = scenario->processors;
    sim->host.has_files = scenario->host_files;
    host_open(&sim->host);
    random_seed(&sim->random, scenario->seed);
    result = sim_place_all(sim);
    if (FAILED(result)) {
        sim_close(&sim->host.base);
        return result;
    }
    *engine = &sim->host.base;
    return S_OK;
}

uint64_t sim_seed(void)
{
    CHECK_HELD();
    CHECK(core_engine() && core_engine()->operations == &sim_engine);
    return ((const struct sim *)core_engine())->scenario.seed;
}

uint64_t sim_backend_calls(void)
{
    CHECK_HELD();
    CHECK(core_engine() && core_engine()->operations == &sim_engine);
    return ((const struct sim *)core_engine())->host.backend_calls;
}

HRESULT sim_change(const char *change, size_t length, const char *where)
{
    CHECK_HELD();
    CHECK(core_engine() && core_engine()->operations == &sim_engine);
    struct sim *sim = (struct sim *)core_engine();
    HRESULT result = scenario_change(&sim->scenario, change, length, where);
    if (FAILED(result))
        return result;
    sim->host.processors = sim->scenario.processors;
    trace_scenario(change);
    return S_OK;
}

/* --- the engine: its clock --- */

static void run_event(struct sim *sim, uint16_t kind, void *object)
{
    if (kind == SIM_STEP) {
        guest_step(sim, object);
    } else if (kind == SIM_EXIT) {
        systems_exit(sim, object);
    } else if (kind == SIM_TELL) {
        systems_tell(sim, object);
    } else {
        struct host_task *task = object;
        CHECK(kind == SIM_COMPLETE && task->ticket);
        task->ticket = 0;
        sim->comes_again = false;
        host_due(&sim->host, task);
        if (!sim->comes_again)
            queue_release(&sim->queue);
    }
}

static enum engine_progress sim_drive(struct engine *engine, uint64_t limit)
{
    struct sim *sim = (struct sim *)engine;
    CHECK_HELD();
    uint64_t time = queue_first(&sim->queue);
    if (time == UINT64_MAX)
        return ENGINE_EMPTY;
    if (time > limit)
        return ENGINE_LATER;
    uint16_t kind;
    void *object;
    queue_pop(&sim->queue, &kind, &object);
    if (time > sim->now)
        sim->now = time;
    run_event(sim, kind, object);
    return ENGINE_RAN;
}

static void sim_pass(struct engine *engine, uint64_t time)
{
    struct sim *sim = (struct sim *)engine;
    CHECK_HELD();
    CHECK(time >= sim->now && queue_first(&sim->queue) >= time);
    sim->now = time;
}

static uint64_t sim_due(struct engine *engine)
{
    return queue_first(&((struct sim *)engine)->queue);
}

static uint64_t sim_now(struct engine *engine)
{
    return ((struct sim *)engine)->now;
}

static void sim_stream_ready(struct engine *engine, struct process *process, enum engine_stream stream)
{
    CHECK_HELD();
    (void)stream; /* a woken program tries the stream that blocked it again */
    guest_wake((struct sim *)engine, process_engine(process));
}

static void sim_describe(struct engine *engine, struct writer *writer)
{
    const struct scenario *scenario = &((const struct sim *)engine)->scenario;
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)scenario->seed); /* as text, since it may exceed 2^53 */
    writer_string(writer, "seed", seed);
    writer_integer(writer, "osBuild", scenario->os_build);
    if (scenario->text)
        writer_string(writer, "scenario", scenario->text);
}

static void sim_explain(struct engine *engine, const struct request *request, const struct system *core,
    const struct process *core_process, struct text *text)
{
    const struct sim_system *system = core ? system_engine(core) : NULL;
    const struct sim_process *process = core_process ? process_engine(core_process) : NULL;
    const struct host_task *task = request ? request->engine : NULL;
    unsigned rule = request   ? (task ? task->kept_by : 0)
                    : process ? process->exit_kept_by
                    : system  ? system->exit_kept_by
                              : 0;
    if (process && process->host.id)
        text_printf(text, " of process %u", (unsigned)process->host.id);
    if (system)
        text_printf(text, " %s system \"%s\"", process && process->host.id ? "in" : "of", system->host.id);
    unsigned replaced = ((const struct sim *)engine)->scenario.first_fault;
    if (rule > replaced)
        text_printf(text, "; fault %u of the scenario holds it back", rule - replaced);
    else if (rule)
        text_puts(text, "; a fault of an earlier scenario holds it back");
}

const struct engine_operations sim_engine = {
    .name = "sim",
    .open = sim_open,
    .close = sim_close,
    .submit = host_submit,
    .system_released = host_system_released,
    .process_released = host_process_released,
    .handle_closed = sim_handle_closed,
    .process_freed = host_process_freed,
    .drive = sim_drive,
    .pass = sim_pass,
    .due = sim_due,
    .now = sim_now,
    .describe = sim_describe,
    .explain = sim_explain,
    .stream_ready = sim_stream_ready,
};
