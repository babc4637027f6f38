/* The simulator as engine: requests in, events out. Entry points: sim_submit(), sim_drive(). */
#include "sim.h"
#include "base/json_writer.h"
#include "core/trace.h"
#include "ended.h"
#include "guest/guest.h"
#include "host/service.h"
#include "host/settings.h"
#include "spec_hresults.h"
#include "host/system.h"
#include <stdio.h>
#include <stdlib.h>

static void sim_close(struct engine *engine)
{
    struct sim *sim = (struct sim *)engine;
    while (sim->first)
        system_close(sim, sim->first);
    while (queue_first(&sim->queue) != UINT64_MAX) { /* requests that belong to no system */
        uint16_t kind;
        void *object;
        queue_pop(&sim->queue, &kind, &object);
        if (kind == SIM_COMPLETE)
            request_complete(object, HCS_E_TERMINATED, NULL);
    }
    queue_free(&sim->queue);
    settings_free(sim);
    ended_free(sim);
    scenario_free(&sim->scenario);
    free(sim);
}

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
    sim->base = (struct engine){.operations = &sim_engine,
        .clock = {scenario->clients, scenario->idle_ms, scenario->speed},
        .os_build = scenario->os_build,
        .time = scenario->time,
        .schema_minor = document_minor_of_build(scenario->os_build)};
    random_seed(&sim->random, sim->scenario.seed);
    result = system_place_all(sim);
    if (FAILED(result)) {
        sim_close(&sim->base);
        return result;
    }
    *engine = &sim->base;
    return S_OK;
}

bool sim_schedule(struct sim *sim, struct request *request)
{
    uint64_t delay = latency_draw(&sim->scenario.latency[request->kind], &sim->random);
    request->ticket = queue_push(&sim->queue, sim->now + delay, SIM_COMPLETE, request);
    return request->ticket != 0;
}

static struct fault_subject subject_of(
    const struct sim *sim, enum request_kind call, const char *id, const struct sim_system *system)
{
    struct fault_subject subject = {call, id, -1, -1, sim->now, UINT64_MAX, ended_since(sim, id), false};
    if (!system)
        return subject;
    subject.matrix = (int)system->matrix;
    subject.state = (int)system->state;
    if (system->was_started)
        subject.since_start = sim->now - system->started;
    return subject;
}

_Static_assert(FAULT_EFFECTS - 1 == TRACE_FAULTS, "each effect has its word in the trace");

/* HCS-ROW: H-26 who is not elevated is denied everything */
const struct fault *sim_fault(
    struct sim *sim, enum request_kind call, const char *id, const struct sim_system *system, bool refused)
{
    static const struct fault denied = {.effect = FAULT_FAIL, .result = HCS_E_ACCESS_DENIED};
    struct scenario *scenario = &sim->scenario;
    const struct fault *fault = NULL;
    if (scenario->denied && !refused) {
        trace_fault(TRACE_FAULT_FAIL, denied.result);
        return &denied;
    }
    sim->exposed[call] += !refused;
    if (sim->is_forced && !refused) {
        fault = &sim->forced;
    } else if (scenario->fault_count && !sim->faults_are_over) {
        struct fault_subject subject = subject_of(sim, call, id, system);
        subject.refused = refused;
        fault = fault_find(scenario->faults, scenario->fault_count, &subject, &sim->random);
    }
    sim->is_forced &= refused;
    if (fault)
        trace_fault((enum trace_fault)(fault->effect - 1), fault->result);
    return fault;
}

void sim_force_fault(struct sim *sim, const struct fault *fault)
{
    sim->is_forced = fault;
    if (fault)
        sim->forced = *fault;
}

void sim_leave_plan(struct sim *sim)
{
    while (sim->scenario.fault_count)
        fault_free(&sim->scenario.faults[--sim->scenario.fault_count]);
}

void sim_end_faults(struct sim *sim)
{
    sim->faults_are_over = true;
}

bool sim_refuses(struct sim *sim, struct request *request, const char *id, const struct sim_system *system)
{
    const struct fault *fault = sim_fault(sim, request->kind, id, system, false);
    if (!fault)
        return false;
    request_complete(request, fault->result, NULL);
    return true;
}

bool sim_knows(const struct sim *sim, enum spec_type type, int field)
{
    return spec_types[type].fields[field].minor <= sim->base.schema_minor;
}

void sim_write_versions(const struct sim *sim, struct writer *writer, const char *name)
{
    writer_open(writer, name, '[');
    writer_open(writer, NULL, '{');
    writer_integer(writer, FIELD_Version_Major, 2);
    writer_integer(writer, FIELD_Version_Minor, sim->base.schema_minor);
    writer_close(writer, '}');
    writer_close(writer, ']');
}

void sim_write_error(struct writer *writer, HRESULT code, const char *message)
{
    writer_open(writer, FIELD_PropertyResponse_Error, '{');
    writer_integer(writer, FIELD_ResultError_Error, code);
    writer_string(writer, FIELD_ResultError_ErrorMessage, message);
    writer_close(writer, '}');
}

static void sim_submit(struct engine *engine, struct request *request)
{
    struct sim *sim = (struct sim *)engine;
    enum spec_about about = spec_requests[request->kind].about;
    if (about == ABOUT_SERVICE) {
        if (sim_refuses(sim, request, NULL, NULL))
            return;
        if (request->kind == REQUEST_ENUMERATE)
            service_submit(sim, request);
        else
            settings_submit(sim, request);
    } else if (about == ABOUT_PROCESS)
        guest_submit(sim, request);
    else
        system_submit(sim, request);
}

static void sim_system_released(struct engine *engine, struct system *system)
{
    struct sim_system *simulated = system_engine(system);
    if (simulated)
        system_settle((struct sim *)engine, simulated);
}

static void sim_process_released(struct engine *engine, struct process *process)
{
    struct sim_process *simulated = process_engine(process);
    if (simulated)
        guest_released((struct sim *)engine, simulated);
}

static void sim_process_freed(struct engine *engine, void *attached)
{
    (void)engine;
    guest_free(attached);
}

static void run_event(struct sim *sim, uint16_t kind, void *object)
{
    if (kind == SIM_STEP) {
        guest_step(sim, object);
    } else if (kind == SIM_EXIT) {
        system_terminate_now(sim, object);
    } else if (kind == SIM_TELL) {
        system_tell_exit(sim, object);
    } else {
        struct request *request = object;
        request->ticket = 0;
        if (request->kind == REQUEST_ENUMERATE)
            service_complete(sim, request);
        else if (spec_requests[request->kind].about == ABOUT_PROCESS)
            guest_complete(sim, request);
        else
            system_complete(sim, request);
    }
}

static enum engine_progress sim_drive(struct engine *engine, uint64_t limit)
{
    struct sim *sim = (struct sim *)engine;
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
    ((struct sim *)engine)->now = time;
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
    (void)stream; /* the program tries whatever it was blocked on */
    guest_wake((struct sim *)engine, process_engine(process));
}

static void sim_describe(struct engine *engine, struct writer *writer)
{
    const struct scenario *scenario = &((const struct sim *)engine)->scenario;
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)scenario->seed); /* beyond 2^53, too */
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
    unsigned rule = request ? request->kept_by : process ? process->exit_kept_by : system ? system->exit_kept_by : 0;
    (void)engine;
    if (process && process->id)
        text_printf(text, " of process %u", (unsigned)process->id);
    if (system)
        text_printf(text, " %s system \"%s\"", process && process->id ? "in" : "of", system->id);
    if (rule)
        text_printf(text, "; fault %u of the scenario keeps it", rule);
}

static unsigned is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 || year % 400 == 0);
}

/* The clock starts on 2026-01-01; days are counted by the civil calendar. */
void sim_format_time(uint64_t time, char text[SIM_TIME_BYTES])
{
    uint64_t hundreds = time / 100, seconds = hundreds / 10000000, days = seconds / 86400;
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 2026, month = 0;
    unsigned leap = is_leap(year);
    while (days >= 365u + leap) {
        days -= 365u + leap;
        leap = is_leap(++year);
    }
    for (; days >= (unsigned)lengths[month] + (month == 1 && leap); month++)
        days -= (unsigned)lengths[month] + (month == 1 && leap);
    snprintf(text, SIM_TIME_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%07uZ", year, month + 1, (unsigned)days + 1,
        (unsigned)(seconds / 3600 % 24), (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60),
        (unsigned)(hundreds % 10000000));
}

const struct engine_operations sim_engine = {
    .name = "sim",
    .open = sim_open,
    .close = sim_close,
    .submit = sim_submit,
    .system_released = sim_system_released,
    .process_released = sim_process_released,
    .process_freed = sim_process_freed,
    .drive = sim_drive,
    .pass = sim_pass,
    .due = sim_due,
    .now = sim_now,
    .describe = sim_describe,
    .explain = sim_explain,
    .stream_ready = sim_stream_ready,
};
