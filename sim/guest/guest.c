/* Processes of simulated guests. Entry points: guest_prepare(), guest_step(), guest_ended(). */
#include "guest.h"
#include "core/lock.h"
#include "base/check.h"
#include "console.h"
#include "core/trace.h"
#include "guest_run.h"
#include "serial.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ID = 1000, ID_STEP = 4, MILLISECOND = 1000000 };
#define MAX_DELAY ((uint64_t)UINT32_MAX * MILLISECOND)

static struct sim_process *own(struct host_process *process)
{
    return (struct sim_process *)process;
}

bool guest_is_running(const struct sim_process *process)
{
    CHECK_HELD();
    return process->phase >= GUEST_RUN && process->phase < GUEST_ENDED;
}

bool guest_is_asleep(const struct sim_process *process)
{
    CHECK_HELD();
    return process->phase == GUEST_SLEEP || process->phase == GUEST_PING;
}

_Static_assert(sizeof(struct sim_process) <= ENGINE_MAX_ROOM, "a process has room for its simulated one");

struct host_process *guest_make(struct host *host, struct process *core)
{
    CHECK_HELD();
    (void)host;
    return &((struct sim_process *)process_room(core))->host;
}

void guest_free(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    (void)host;
    CHECK(!own(process)->ticket && !own(process)->cursor && !own(process)->output && !own(process)->frames);
    (void)process; /* lies in the memory of the core's process (process_room()) */
}

static void drop_ticket(struct sim *sim, struct sim_process *process)
{
    if (process->ticket)
        queue_remove(&sim->queue, process->ticket);
    process->ticket = 0;
}

/* --- create --- */

static void close_streams(struct process *process)
{
    for (int i = 0; i < STREAM_COUNT; i++)
        stream_close(process, (enum engine_stream)i);
}

static HRESULT open_streams(struct process *process, const struct document *document)
{
    /* HCS-ROW: P-12 an emulated console has no error stream of its own */
    bool wanted[STREAM_COUNT] = {document_true(document, ProcessParameters_CreateStdInPipe),
        document_true(document, ProcessParameters_CreateStdOutPipe),
        document_true(document, ProcessParameters_CreateStdErrPipe) &&
            !document_true(document, ProcessParameters_EmulateConsole)};
    HRESULT result = S_OK;
    for (int i = 0; i < STREAM_COUNT && SUCCEEDED(result); i++)
        if (wanted[i])
            result = stream_open(process, (enum engine_stream)i);
    return result;
}

HRESULT guest_prepare(struct host *host, struct host_process *process, const struct document *document)
{
    struct sim_process *guest = own(process);
    HRESULT result = guest_take_command((struct sim *)host, guest_system(guest), guest, document);
    if (SUCCEEDED(result))
        result = open_streams(process->core, document);
    if (SUCCEEDED(result) && (!guest_reserve_output(guest) || !queue_reserve(&((struct sim *)host)->queue)))
        result = E_OUTOFMEMORY;
    if (FAILED(result)) {
        close_streams(process->core);
        guest_drop_command(guest);
        return result;
    }
    process->id = FIRST_ID + process->slot * ID_STEP;
    if (!guest->ends_early && console_lacks_input(guest, document)) { /* HCS-ROW: F-21 */
        guest->ends_early = true;
        guest->exit_code = console_exit_code(guest);
    }
    if (guest->ends_early) /* HCS-ROW: R-28 the program never runs */
        guest->cursor = NULL;
    return S_OK;
}

void guest_spawn(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)host;
    struct sim_process *process = own(task->process);
    CHECK(process->phase == GUEST_NEW && !process->ticket && process->command);
    process->phase = GUEST_RUN;
    process->ticket = queue_push(&sim->queue, sim->now, SIM_STEP, process);
    if (process->console)
        process->console->ready = sim->now + latency_draw(&sim->scenario.console, &sim->random);
    host_done(host, task, S_OK);
}

void guest_apply_fault(struct sim_process *process, const struct fault *fault)
{
    CHECK_HELD();
    if (fault->effect == FAULT_LOSE_EXIT) {
        process->lose_exit = true;
        process->exit_kept_by = fault->number;
    }
    process->lose_output |= fault->effect == FAULT_LOSE_OUTPUT;
    process->await_exit |= fault->effect == FAULT_AWAIT_EXIT;
    if (fault->effect == FAULT_DELAY_EXIT)
        process->exit_delay_ms = fault->delay < MAX_DELAY ? (uint32_t)(fault->delay / MILLISECOND) : UINT32_MAX;
    if (fault->effect == FAULT_END_PROCESS) {
        process->ends_early = true;
        process->exit_code = fault->exit_code;
    }
}

struct host_process *guest_find(struct host *host, const struct host_system *system, uint32_t id)
{
    CHECK_HELD();
    (void)host;
    uint32_t slot = (id - FIRST_ID) / ID_STEP;
    bool fits = id >= FIRST_ID && id % ID_STEP == 0 && slot < system->process_slots;
    return fits ? host_process_in(system, slot) : NULL;
}

void guest_image(struct host *host, const struct host_process *process, char *name, size_t size)
{
    CHECK_HELD();
    (void)host;
    program_image(((const struct sim_process *)process)->command, name, size);
}

/* A process uses 1.5 of its first 2 ms for its start, and beside that a fraction of the elapsed time. */
void guest_usage(struct host *host, const struct host_process *process, struct backend_usage *usage)
{
    CHECK_HELD();
    uint64_t age = (((const struct sim *)host)->now - process->created) / 100;
    *usage = (struct backend_usage){.user = sim_at_most(10000, age / 2) + age / 64,
        .kernel = sim_at_most(5000, age / 4) + age / 128,
        .commit = GUEST_PROCESS_BYTES,
        .commit_peak = GUEST_PROCESS_BYTES,
        .private_set = GUEST_PRIVATE_BYTES,
        .shared_set = GUEST_SHARED_BYTES};
}

/* --- the end --- */

/* Adds what the process used to its system. */
static void count_end(struct host *host, const struct sim_process *process)
{
    struct backend_usage usage;
    guest_usage(host, &process->host, &usage);
    guest_system(process)->ended_user += usage.user;
    guest_system(process)->ended_kernel += usage.kernel;
}

/* HCS-ROW: R-12 completes the signals that waited for the exit */
static void release_signals(struct host *host, const struct sim_process *process)
{
    for (struct host_task *task = process->host.system->pending, *next; task; task = next) {
        next = task->next;
        if (task->process == &process->host && task->awaits)
            host_done(host, task, S_OK);
    }
}

bool guest_ended(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)host;
    struct sim_process *guest = own(process);
    CHECK(guest_is_running(guest) && process->phase == HOST_ENDED);
    drop_ticket(sim, guest);
    if (process->system)
        count_end(host, guest);
    guest->phase = GUEST_ENDED;
    guest_drop_command(guest);
    for (int i = 0; i < STREAM_COUNT; i++)
        if (i == STREAM_INPUT || !guest->lose_output) /* HCS-ROW: R-11 */
            stream_close(process->core, (enum engine_stream)i);
    if (guest->await_exit && process->system)
        release_signals(host, guest);
    if (guest->exit_delay_ms) {
        uint64_t time = sim->now + (uint64_t)guest->exit_delay_ms * MILLISECOND;
        guest->ticket = queue_push(&sim->queue, time, SIM_STEP, guest);
    }
    bool untold = guest->exit_delay_ms || guest->lose_exit; /* HCS-ROW: R-10 */
    if (untold)
        trace_untold(HcsEventProcessExited, process->core);
    return untold;
}

void guest_forgotten(struct host *host, struct host_process *process)
{
    CHECK_HELD();
    struct sim_process *guest = own(process);
    drop_ticket((struct sim *)host, guest);
    queue_release(&((struct sim *)host)->queue);
    guest_drop_command(guest);
    if (process->phase == HOST_FAILED)
        close_streams(process->core);
}

/* --- steps --- */

void guest_step(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    struct host *host = &sim->host;
    CHECK(process->ticket && (guest_is_running(process) || process->phase == GUEST_ENDED));
    process->ticket = 0;
    if (process->phase == GUEST_ENDED) {
        if (process->lose_exit)
            trace_untold(HcsEventProcessExited, process->host.core);
        else
            host_report_process(host, &process->host);
    } else if (!host_is_frozen(process->host.system) && guest_run(sim, process))
        host_process_ended(host, &process->host, process->exit_code, S_OK);
}

void guest_wake(struct sim *sim, struct sim_process *process)
{
    CHECK_HELD();
    if (!process->host.system || !guest_is_running(process) || host_is_frozen(process->host.system))
        return;
    if (process->ticket && !(process->console && guest_is_asleep(process)))
        return;
    if (process->ticket) { /* asleep: runs now, since the bytes may be the interrupt key */
        process->console->tick = queue_time(&sim->queue, process->ticket);
        queue_remove(&sim->queue, process->ticket);
    }
    process->ticket = queue_push(&sim->queue, sim->now, SIM_STEP, process);
}

void guest_restart(struct sim *sim, struct host_system *system)
{
    CHECK_HELD();
    for (uint32_t i = 0; i < system->process_slots; i++) {
        struct sim_process *process = own(host_process_in(system, i));
        if (process && guest_is_running(process))
            host_process_ended(&sim->host, &process->host, HOST_INTERRUPTED, S_OK);
    }
    serial_restart(sim, (struct sim_system *)system);
}

static void pause_one(struct sim *sim, struct sim_process *process)
{
    if (!guest_is_running(process))
        return;
    process->paused_left = 0;
    if (process->ticket) {
        CHECK(queue_time(&sim->queue, process->ticket) >= sim->now);
        process->paused_left = queue_time(&sim->queue, process->ticket) - sim->now;
        queue_remove(&sim->queue, process->ticket);
    }
    if (process->deadline != UINT64_MAX) /* while paused it holds the time that was left */
        process->deadline -= process->deadline < sim->now ? process->deadline : sim->now;
    process->ticket = 0;
}

void guest_pause_all(struct sim *sim, struct host_system *system)
{
    CHECK_HELD();
    for (uint32_t i = 0; i < system->process_slots; i++)
        if (host_process_in(system, i))
            pause_one(sim, own(host_process_in(system, i)));
    for (struct sim_process *next = NULL; (next = serial_next((struct sim_system *)system, next));)
        pause_one(sim, next);
    sim_pause_exit(sim, (struct sim_system *)system);
}

static void resume_one(struct sim *sim, struct sim_process *process)
{
    if (!guest_is_running(process) || process->ticket)
        return;
    if (process->deadline != UINT64_MAX)
        process->deadline += sim->now;
    process->ticket = queue_push(&sim->queue, sim->now + process->paused_left, SIM_STEP, process);
}

void guest_resume_all(struct sim *sim, struct host_system *system)
{
    CHECK_HELD();
    for (uint32_t i = 0; i < system->process_slots; i++)
        if (host_process_in(system, i))
            resume_one(sim, own(host_process_in(system, i)));
    for (struct sim_process *next = NULL; (next = serial_next((struct sim_system *)system, next));)
        resume_one(sim, next);
    sim_resume_exit(sim, (struct sim_system *)system);
}

/* --- calls on a process --- */

void guest_prefetch_end(const struct sim *sim, const struct sim_process *process)
{
    CHECK_HELD();
    queue_prefetch(&sim->queue, process->ticket);
    if (process->host.system)
        __builtin_prefetch(&process->host.system->processes[process->host.slot], 1);
}

void guest_change(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct sim_process *process = own(task->process);
    if (task->change.resize && process->console && process->console->ready > ((struct sim *)host)->now) {
        host_done(host, task, HRESULT_ERROR_NOT_FOUND); /* HCS-ROW: F-22 */
        return;
    }
    if (task->change.resize && process->console) /* HCS-ROW: P-39 a resize without a console has no effect */
        console_resize(process->console, task->change.rows, task->change.columns);
    process->input_closed |= task->change.close[STREAM_INPUT];
    for (int i = STREAM_OUTPUT; i < STREAM_COUNT; i++)
        if (task->change.close[i])
            stream_close(process->host.core, (enum engine_stream)i);
    if (process->phase == GUEST_COPY || process->phase == GUEST_FILTER || process->phase == GUEST_LINE)
        guest_wake((struct sim *)host, process);
    host_done(host, task, S_OK);
}

static void deliver(struct host *host, struct sim_process *process, const struct host_task *task)
{
    if (task->signal.kill || !(process->script && process->script->ignores_signals))
        host_process_ended(host, &process->host, task->signal.exit_code, S_OK);
}

static bool is_first(const struct host_task *task)
{
    for (const struct host_task *other = task->system->pending; other; other = other->next)
        if (other->process == task->process && other->awaits)
            return false;
    return true;
}

/* HCS-ROW: of several signals that wait for the exit only the first is delivered */
void guest_signal(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct sim_process *process = own(task->process);
    bool awaits = process->await_exit && process->host.system;
    if (!awaits || is_first(task))
        deliver(host, process, task);
    if (awaits && process->host.phase != HOST_ENDED)
        task->awaits = true;
    else
        host_done(host, task, S_OK);
}
