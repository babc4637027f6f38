/* Hashes of states. Entry point: state_hash(). */
#include "state.h"
#include "backend/sim.h"
#include "base/text/digest.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/progress/progress.h"
#include "guest/guest.h"

struct hashing {
    const struct model *model;
    const struct sim *sim;
    uint64_t now, hash;
};

static void mix(struct hashing *hashing, uint64_t number)
{
    hashing->hash = (hashing->hash ^ number) * 0x9E3779B97F4A7C15u;
    hashing->hash ^= hashing->hash >> 31;
}

/* Returns the slot of a handle: from 1 for operations, from 101 for systems,
 * from 201 for processes; 0: in no slot. */
static uint64_t slot_of(const struct model *model, uint64_t value)
{
    for (unsigned i = 0; value && i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].value == value)
            return 1 + i;
    for (unsigned i = 0; value && i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].value == value)
            return 101 + i;
    for (unsigned i = 0; value && i < MOVE_PROCESSES; i++)
        if (model->processes[i].value == value)
            return 201 + i;
    return 0;
}

/* Returns a hash that identifies a system by its id and the number of earlier
 * systems with that id. */
static uint64_t system_of(const struct model *model, int index)
{
    uint64_t before = 0;
    if (index < 0)
        return 0;
    for (int i = 0; i < index; i++)
        before += model->system[i].id == model->system[index].id;
    return 1 + before * MOVE_IDS + (uint64_t)model->system[index].id;
}

static uint64_t process_of(const struct model *model, int index)
{
    uint64_t before = 0;
    if (index < 0)
        return 0;
    for (int i = 0; i < index; i++)
        before += model->process[i].system == model->process[index].system;
    return 1 + before + 64 * system_of(model, model->process[index].system);
}

static void mix_sink(struct hashing *hashing, const struct model_sink *sink)
{
    mix(hashing, (uint64_t)sink->registered | (uint64_t)sink->wants_operations << 1 | (uint64_t)sink->count << 8 |
                     (uint64_t)(uint8_t)sink->runner << 32);
    mix(hashing, slot_of(hashing->model, sink->running_operation));
    for (unsigned i = 0; i < sink->count; i++) {
        const struct model_event *event = &sink->queue[(sink->first + i) % MODEL_QUEUE];
        mix(hashing, (uint64_t)event->type);
        mix(hashing, slot_of(hashing->model, event->operation));
    }
}

/* Returns an operation's place in the order in which those of its handle were
   begun, which matters if their events are delivered late. */
static uint64_t rank(const struct model *model, const struct model_operation *operation)
{
    uint64_t before = 0;
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        before += model->operations[i].through == operation->through && model->operations[i].order < operation->order;
    return before;
}

static void mix_operation(struct hashing *hashing, const struct model_operation *operation)
{
    mix(hashing, (uint64_t)operation->open | (uint64_t)operation->closing << 1 | (uint64_t)operation->unread << 2 |
                     (uint64_t)operation->state << 3 | (uint64_t)(operation->value != 0) << 8);
    mix(hashing, (uint64_t)(uint32_t)operation->type << 32 | (uint32_t)operation->result);
    mix(hashing, slot_of(hashing->model, operation->system_value) << 32 |
                     slot_of(hashing->model, operation->process_value) << 16 |
                     slot_of(hashing->model, operation->through));
    mix(hashing, operation->through ? rank(hashing->model, operation) : 0);
    mix_sink(hashing, &operation->sink);
}

static void mix_handle(struct hashing *hashing, const struct model_handle *handle, bool process)
{
    mix(hashing, (uint64_t)handle->open | (uint64_t)handle->closing << 1 | (uint64_t)(handle->value != 0) << 2 |
                     (uint64_t)handle->cut << 3);
    mix(hashing, !handle->value ? 0
                 : process      ? process_of(hashing->model, handle->object)
                                : system_of(hashing->model, handle->object));
    mix_sink(hashing, &handle->sink);
}

static uint64_t left(const struct hashing *hashing, uint64_t ticket)
{
    return ticket ? queue_time(&hashing->sim->queue, ticket) - hashing->now + 1 : 0;
}

/* Returns the faults that will affect a later exit, as bits. */
static uint64_t system_faults(const struct sim_system *system)
{
    return (uint64_t)system->lose_exit << 5 | (uint64_t)system->lose_status << 6 |
           (uint64_t)system->await_callback << 7 | system->exit_delay << 8;
}

static uint64_t process_faults(const struct sim_process *process)
{
    return (uint64_t)process->lose_exit << 5 | (uint64_t)process->lose_output << 6 |
           (uint64_t)process->await_exit << 7 | (uint64_t)process->exit_delay_ms << 8;
}

static bool is_held(const struct model *model, int process)
{
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].open && model->processes[i].object == process)
            return true;
    return false;
}

/* Returns the sum of the systems' hashes, so that their order does not matter.
 */
static uint64_t hash_systems(const struct hashing *hashing)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < hashing->model->system_count; i++) {
        const struct model_system *system = &hashing->model->system[i];
        struct hashing own = {hashing->model, hashing->sim, hashing->now, system_of(hashing->model, (int)i)};
        mix(&own, (uint64_t)system->state | (uint64_t)system->back << 8 | (uint64_t)system->handles << 16 |
                      (uint64_t)system->pending << 32);
        const struct sim_system *simulated =
            model_system_exists(system) && system->object ? system_engine(system->object) : NULL;
        mix(&own, (uint64_t)system->orphan | (uint64_t)system->exited << 1 | (uint64_t)system->may_exit << 2 |
                      (uint64_t)system->on_close << 3 | (uint64_t)(system->exited && !system->told) << 4 |
                      (simulated ? system_faults(simulated) : 0));
        mix(&own, slot_of(hashing->model, system->lifecycle));
        mix(&own, simulated ? left(hashing, simulated->exit_ticket) : 0);
        sum += own.hash;
    }
    return sum;
}

static uint64_t hash_processes(const struct hashing *hashing)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < hashing->model->process_count; i++) {
        const struct model_process *process = &hashing->model->process[i];
        struct hashing own = {hashing->model, hashing->sim, hashing->now, process_of(hashing->model, (int)i)};
        bool untold = process->exited && !process->told;
        bool alive =
            process->running && process->object && (!process->exited || (untold && is_held(hashing->model, (int)i)));
        const struct sim_process *simulated = alive ? process_engine(process->object) : NULL;
        mix(&own, (uint64_t)process->running | (uint64_t)process->failed << 1 | (uint64_t)process->exited << 2 |
                      (uint64_t)process->may_exit << 3 | (uint64_t)untold << 4 |
                      (simulated ? process_faults(simulated) : 0));
        mix(&own, simulated ? left(hashing, simulated->ticket) : 0);
        sum += own.hash;
    }
    return sum;
}

static uint64_t hash_requests(const struct hashing *hashing)
{
    uint64_t sum = 0;
    for (int i = 0; i < MODEL_REQUESTS; i++) {
        const struct model_request *request = &hashing->model->requests[i];
        if (!request->operation)
            continue;
        struct hashing own = {hashing->model, hashing->sim, hashing->now, slot_of(hashing->model, request->operation)};
        mix(&own, (uint64_t)request->kind << 32 | (uint32_t)request->expected);
        mix(&own, system_of(hashing->model, request->system) << 32 | process_of(hashing->model, request->process));
        mix(&own, (uint64_t)request->hangs | (uint64_t)request->exits << 1 | (uint64_t)request->listed << 2);
        struct operation *operation = operation_ref(request->operation); /* NULL if it has been closed */
        const struct host_task *task = operation ? operation->request.engine : NULL;
        mix(&own, task ? left(hashing, task->ticket) : 0);
        if (operation)
            operation_unref(operation);
        sum += own.hash;
    }
    return sum;
}

static void mix_actor(struct hashing *hashing, const struct exploration *exploration, unsigned actor)
{
    const struct model_wait *wait = &hashing->model->waits[actor];
    const struct client *client = &exploration->clients[actor];
    bool finite = client->waits && client->deadline != PLATFORM_FOREVER;
    mix(hashing, (uint64_t)wait->kind | (uint64_t)wait->captured << 4 | (uint64_t)wait->blocked << 5 |
                     (uint64_t)wait->clears << 7 | (uint64_t)wait->cut << 10 | (uint64_t)client->waits << 8 |
                     (uint64_t)exploration->delivering[actor] << 9);
    mix(hashing, slot_of(hashing->model, wait->value) << 32 | slot_of(hashing->model, wait->about));
    mix(hashing, (uint64_t)(uint32_t)wait->result << 32);
    mix(hashing, finite ? client->deadline - hashing->now + 1 : 0);
}

static void mix_count(struct hashing *hashing, const struct fault_count *count)
{
    mix(hashing, (uint64_t)count->fitted << 32 | count->happened);
}

/* Returns the sum of the hashes of what a rule has counted for each handle, so
 * that their order does not matter. */
static uint64_t hash_counts(const struct hashing *hashing, const struct fault *fault)
{
    uint64_t sum = 0;
    for (const struct fault_count *count = fault->handles; count; count = count->next) {
        struct hashing own = {hashing->model, hashing->sim, hashing->now, slot_of(hashing->model, count->handle)};
        mix_count(&own, count);
        sum += own.hash;
    }
    return sum;
}

uint64_t state_hash(const struct exploration *exploration)
{
    core_lock();
    const struct sim *sim = (const struct sim *)core_engine();
    struct hashing hashing = {&exploration->model, sim, sim->now, DIGEST_START};
    for (int i = 0; i < MOVE_OPERATIONS; i++)
        mix_operation(&hashing, &exploration->model.operations[i]);
    for (int i = 0; i < MOVE_SYSTEMS; i++)
        mix_handle(&hashing, &exploration->model.systems[i], false);
    for (int i = 0; i < MOVE_PROCESSES; i++)
        mix_handle(&hashing, &exploration->model.processes[i], true);
    for (unsigned i = 0; i < MOVE_CLIENTS + MOVE_DRAWN; i++)
        mix_actor(&hashing, exploration, i);
    mix(&hashing, hash_systems(&hashing));
    mix(&hashing, hash_processes(&hashing));
    mix(&hashing, hash_requests(&hashing));
    mix(&hashing, sim->random.state);
    for (unsigned i = 0; i < sim->scenario.fault_count; i++) {
        mix_count(&hashing, &sim->scenario.faults[i].count);
        mix(&hashing, hash_counts(&hashing, &sim->scenario.faults[i]));
    }
    core_unlock();
    return hashing.hash;
}
