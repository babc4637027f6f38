/* Systems of the simulator: when they end, and what they use. Entry points: those of systems.h. */
#include "systems.h"
#include "core/lock.h"
#include "base/check.h"
#include "core/pool.h"
#include "core/trace.h"
#include "ended.h"
#include "guest/files.h"
#include "guest/guest.h"
#include "guest/own.h"
#include "guest/serial.h"
#include "host/configuration.h"
#include "spec_hresults.h"
#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_LOOK = 1000000,
    LAST_LOOK = 1000000000
}; /* virtual nanoseconds between checks whether the callbacks have returned */

static struct pool pool = POOL(struct sim_system);
_Static_assert(sizeof(struct sim_system) <= 256, "another member would cost each system another cache line");

static struct sim_system *own(struct host_system *system)
{
    return (struct sim_system *)system;
}

struct host_system *systems_make(struct host *host)
{
    CHECK_HELD();
    struct queue *queue = &((struct sim *)host)->queue;
    struct sim_system *system = pool_take(&pool);
    if (system && queue_reserve(queue))      /* for its exit, later for the report of it */
        return (struct host_system *)system; /* its first member */
    if (system)
        pool_give(&pool, system);
    return NULL;
}

static void drop_ticket(struct sim *sim, struct sim_system *system)
{
    if (system->exit_ticket)
        queue_remove(&sim->queue, system->exit_ticket);
    system->exit_ticket = 0;
    system->by_guest = system->resets = false;
}

void systems_free(struct host *host, struct host_system *system)
{
    CHECK_HELD();
    drop_ticket((struct sim *)host, own(system));
    serial_close_all((struct sim *)host, own(system));
    queue_release(&((struct sim *)host)->queue);
    files_free(own(system));
    pool_give(&pool, own(system));
}

/* --- limits of the host --- */

/* HCS-ROW: H-26 the host may lack the feature that such systems need */
HRESULT systems_take(struct host *host, const struct host_system *system)
{
    const struct scenario *scenario = &((const struct sim *)host)->scenario;
    bool vm = system->matrix == MATRIX_VirtualMachine;
    if (vm && scenario->no_hyperv)
        return HCS_E_HYPERV_NOT_INSTALLED;
    return !vm && scenario->no_containers ? HCS_E_SERVICE_NOT_AVAILABLE : S_OK;
}

/* HCS-ROW: S-21 running and starting systems use the host's memory */
HRESULT systems_can_start(struct host *host, const struct host_system *system)
{
    uint64_t sum = system->memory_mb, all = ((const struct sim *)host)->scenario.memory_mb;
    if (all == UINT64_MAX || system->matrix != MATRIX_VirtualMachine)
        return S_OK;
    for (const struct host_system *other = host->first; other; other = other->next) {
        bool starts = other->lifecycle && other->lifecycle->request->kind == REQUEST_START;
        if (other != system && other->matrix == MATRIX_VirtualMachine && other->state != STATE_EXITED &&
            (other->was_started || starts))
            sum += other->memory_mb;
    }
    return sum <= all ? S_OK : HRESULT_ERROR_COMMITMENT_LIMIT;
}

/* --- serial ports --- */

void systems_start(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct serial_failure failure;
    char path[80];
    if (!task->system->has_ports || serial_open_all((struct sim *)host, own(task->system), &failure)) {
        host_done(host, task, S_OK);
        return;
    }
    snprintf(path, sizeof path,
        "$." FIELD_ComputeSystem_VirtualMachine "." FIELD_VirtualMachine_Devices "." FIELD_Devices_ComPorts
        ".%u." FIELD_ComPort_NamedPipe,
        failure.number);
    host_failed(host, task, failure.result, path, failure.message);
}

/* Returns true if the change of a port will take effect: what is added is not there yet, other ports are. */
static bool changes_port(const struct host_task *task)
{
    const struct modification *change = task->modification;
    bool there = configuration_find(configuration_tree(task->system->configuration), change->path);
    return change->resource == RESOURCE_VirtualMachine_Devices_ComPorts__UnsignedInt_ && task->system->was_started &&
           there == (change->request != 'A');
}

static const char *pipe_at(const struct host_task *task)
{
    const cJSON *port = configuration_find(configuration_tree(task->system->configuration), task->modification->path);
    return port ? document_text(port, FIELD_ComPort_NamedPipe) : NULL;
}

void systems_modify(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    const struct modification *change = task->modification;
    struct serial_failure failure;
    if (!changes_port(task)) {
        host_done(host, task, S_OK);
        return;
    }
    const char *pipe = document_text(change->settings, FIELD_ComPort_NamedPipe), *before = pipe_at(task);
    const char *slash = strrchr(change->path, '/');
    unsigned number = slash ? (unsigned)strtoul(slash + 1, NULL, 10) : 0;
    bool stays = change->request == 'U' && (!pipe || (before && !strcmp(before, pipe)));
    if (stays || serial_open((struct sim *)host, own(task->system), number, pipe, &failure))
        host_done(host, task, S_OK);
    else
        host_failed(host, task, failure.result, "$." FIELD_ModifySettingRequest_Settings "." FIELD_ComPort_NamedPipe,
            failure.message);
}

/* --- the end --- */

void systems_exit(struct sim *sim, struct sim_system *system)
{
    CHECK_HELD();
    CHECK(system->host.state != STATE_EXITED);
    system->exit_ticket = 0;
    enum host_end end = system->resets ? sim_end_of_reset(sim, &system->host) : (enum host_end)system->end;
    if (end == HOST_END_NONE) {
        system->resets = system->by_guest = false;
        guest_restart(sim, &system->host);
        host_guest_reset(&system->host);
        return;
    }
    HRESULT status = sim_is_unexpected(end) ? HCS_E_UNEXPECTED_EXIT : S_OK;
    host_system_ended(&sim->host, &system->host, end, status, status);
}

bool sim_is_unexpected(enum host_end end)
{
    CHECK_HELD();
    return end != HOST_END_NONE && end != HOST_END_GRACEFUL && end != HOST_END_FORCED && end != HOST_END_RESET;
}

/* HCS-ROW: S-08, F-19 a virtual machine that resets keeps running unless its configuration says StopOnReset or the host
   can't; a container ends. */
enum host_end sim_end_of_reset(const struct sim *sim, const struct host_system *system)
{
    CHECK_HELD();
    return system->matrix != MATRIX_VirtualMachine ? HOST_END_GRACEFUL
           : system->stops_on_reset                ? HOST_END_RESET
                                                   : sim->scenario.reset;
}

void sim_exit_later(struct sim *sim, struct sim_system *system, uint64_t delay, enum host_end end)
{
    CHECK_HELD();
    CHECK(end != HOST_END_NONE);
    if (system->exit_ticket && !system->by_guest)
        return;
    drop_ticket(sim, system); /* another reason comes before what the guest has scheduled */
    system->end = (uint8_t)end;
    system->exit_ticket = queue_push(&sim->queue, sim->now + delay, SIM_EXIT, system);
}

void sim_power_later(struct sim *sim, struct sim_system *system, uint64_t delay, bool resets)
{
    CHECK_HELD();
    if (system->exit_ticket && !system->by_guest)
        return;
    sim_exit_later(sim, system, delay, HOST_END_GRACEFUL);
    system->by_guest = true;
    system->resets = resets;
}

bool sim_cancel_exit(struct sim *sim, struct sim_system *system)
{
    CHECK_HELD();
    if (!system->exit_ticket || !system->by_guest)
        return false;
    drop_ticket(sim, system);
    return true;
}

void sim_pause_exit(struct sim *sim, struct sim_system *system)
{
    CHECK_HELD();
    if (!system->exit_ticket || !system->by_guest || queue_time(&sim->queue, system->exit_ticket) <= sim->now)
        return;
    system->power_left = queue_time(&sim->queue, system->exit_ticket) - sim->now;
    queue_remove(&sim->queue, system->exit_ticket);
    system->exit_ticket = 0;
}

void sim_resume_exit(struct sim *sim, struct sim_system *system)
{
    CHECK_HELD();
    if (system->by_guest && !system->exit_ticket)
        system->exit_ticket = queue_push(&sim->queue, sim->now + system->power_left, SIM_EXIT, system);
}

void systems_abandon(struct host *host, struct host_system *system, enum backend_reason reason)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)host;
    bool closed = reason == BACKEND_LAST_CLOSE;
    uint64_t delay = closed ? latency_draw(&sim->scenario.close, &sim->random) : 0;
    sim_exit_later(sim, own(system), delay, HOST_END_FORCED);
}

void systems_shut_down(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)host;
    uint64_t delay = latency_draw(&sim->scenario.shutdown, &sim->random);
    sim_exit_later(sim, own(task->system), delay, HOST_END_GRACEFUL);
    host_done(host, task, S_OK);
}

/* HCS-ROW: R-26, E-23 with this fault, a terminate completes only when the exit callbacks have returned. Returns true,
   with the task queued again, if they have not. */
static bool awaits_callback(struct sim *sim, struct host_task *task)
{
    if (!own(task->system)->await_callback || sim->faults_are_over || !system_has_callbacks(task->system->core))
        return false;
    task->wait = task->wait ? task->wait * 2 : FIRST_LOOK;
    if (task->wait > LAST_LOOK)
        task->wait = LAST_LOOK;
    task->ticket = queue_push(&sim->queue, sim->now + task->wait, SIM_COMPLETE, task);
    sim->comes_again = true;
    return true;
}

void systems_terminate(struct host *host, struct host_task *task)
{
    CHECK_HELD();
    host_system_ended(host, task->system, HOST_END_FORCED, S_OK, S_OK);
    if (!awaits_callback((struct sim *)host, task))
        host_done(host, task, S_OK);
}

bool systems_ended(struct host *host, struct host_system *system)
{
    CHECK_HELD();
    struct sim *sim = (struct sim *)host;
    struct sim_system *simulated = own(system);
    CHECK(system->state == STATE_EXITED);
    drop_ticket(sim, simulated);
    serial_close_all(sim, simulated);
    ended_note(sim, system->id);
    if (simulated->lose_status) /* HCS-ROW: R-20 */
        system_lose_status(system->core);
    if (!simulated->lose_exit && simulated->exit_delay) /* HCS-ROW: R-25 */
        simulated->exit_ticket = queue_push(&sim->queue, sim->now + simulated->exit_delay, SIM_TELL, simulated);
    bool untold = simulated->lose_exit || simulated->exit_ticket; /* HCS-ROW: R-17 */
    if (untold)
        trace_untold(HcsEventSystemExited, system->core);
    return untold;
}

void systems_tell(struct sim *sim, struct sim_system *system)
{
    CHECK_HELD();
    CHECK(system->exit_ticket && system->host.state == STATE_EXITED);
    system->exit_ticket = 0;
    host_report_system(&sim->host, &system->host);
}

/* --- pause and resume --- */

void systems_resume(struct host *host, struct host_system *system, struct host_task *task)
{
    CHECK_HELD();
    guest_resume_all((struct sim *)host, system);
    if (task)
        host_done(host, task, S_OK);
}

/* --- resource use; the values of a system are the sums of those of its processes, as far as there was that time --- */

/* Memory that a start uses for a while, and what it reads and writes. */
enum { MACHINE_EXTRA = 24 << 20, PEAK_OF_START = 7 << 20 };
enum { READS = 2914, READ_BYTES = 74219520, WRITES = 611, WRITTEN_BYTES = 8126464 };

/* HCS-ROW: F-07 commit, its peak and the working set are different numbers. A virtual machine uses all its memory and
   some more, a container as much as its own and its clients' processes. */
static void use_memory(const struct host *host, const struct host_system *system, struct backend_usage *usage)
{
    uint64_t processes = system->running, most = system->peak_processes, all = system->memory_mb << 20;
    if (system->matrix == MATRIX_VirtualMachine) {
        usage->commit = all + MACHINE_EXTRA;
        usage->commit_peak = usage->commit + PEAK_OF_START;
        usage->private_set = all;
        return;
    }
    own_processes_usage(host, system, usage);
    usage->commit_peak = usage->commit + most * GUEST_PROCESS_BYTES + PEAK_OF_START;
    usage->commit += processes * GUEST_PROCESS_BYTES;
    usage->private_set += processes * GUEST_PRIVATE_BYTES;
}

/* Many processes together can't use more than all processors; half of that each for user and kernel, so that neither
   ever goes back. */
static void limit_times(const struct host *host, const struct host_system *system, struct backend_usage *usage)
{
    uint64_t uptime = (((const struct sim *)host)->now - system->started) / 100;
    uint64_t most = sim_at_most(uptime, UINT64_MAX / host->processors) * host->processors / 2;
    usage->user = sim_at_most(usage->user, most);
    usage->kernel = sim_at_most(usage->kernel, most);
}

/* A virtual machine's operating system adds 1/100 of the elapsed time as kernel time and 1/400 as user time. */
void systems_usage(struct host *host, const struct host_system *system, struct backend_usage *usage)
{
    CHECK_HELD();
    const struct sim_system *simulated = (const struct sim_system *)system;
    bool vm = system->matrix == MATRIX_VirtualMachine;
    uint64_t now = ((const struct sim *)host)->now;
    *usage = (struct backend_usage){.user = simulated->ended_user, .kernel = simulated->ended_kernel};
    for (uint32_t i = 0; i < system->process_slots; i++) {
        const struct host_process *process = host_process_in(system, i);
        struct backend_usage own_usage;
        if (!process || process->phase != HOST_RUNNING)
            continue;
        guest_usage(host, process, &own_usage);
        usage->user += own_usage.user;
        usage->kernel += own_usage.kernel;
    }
    if (vm && system->was_started) {
        usage->user += (now - system->started) / 100 / 400;
        usage->kernel += (now - system->started) / 100 / 100;
    }
    if (!system->was_started)
        return;
    use_memory(host, system, usage);
    limit_times(host, system, usage);
    usage->reads = READS;
    usage->read_bytes = READ_BYTES;
    usage->writes = WRITES;
    usage->written_bytes = WRITTEN_BYTES;
}
