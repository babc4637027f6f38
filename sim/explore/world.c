/* A run. Entry points: world_begin(), world_move(), world_finish(). */
#include "world.h"
#include "platform/digest.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/progress.h"
#include "move_text.h"
#include "sim.h"
#include "spec_hresults.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SETTLE_STEPS = 100000, MILLISECOND = 1000000 };

/* What the host does not have. */
static void know_host(struct world *world)
{
    const struct scenario *host = &((const struct sim *)core_engine())->scenario;
    world->model.refuses[MATRIX_VirtualMachine] = host->no_hyperv ? HCS_E_HYPERV_NOT_INSTALLED : S_OK;
    world->model.refuses[MATRIX_Container] = host->no_containers ? HCS_E_SERVICE_NOT_AVAILABLE : S_OK;
    for (int i = 0; i < FUNCTION_COUNT; i++)
        world->lacks[i] = core_lacks(spec_functions[i].name);
}

HRESULT world_begin(struct world *world, const char *scenario, uint64_t seed, struct coverage *coverage)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRIu64, seed);
    struct engine_options options = {scenario, number, ""};
    progress_by_hand(true);
    core_lock();
    trace_observe(NULL);
    HRESULT result = core_reset(&options);
    core_unlock();
    if (FAILED(result))
        return result;
    for (int i = 0; i < MODEL_ACTORS; i++) {
        client_forget(&world->clients[i]);
        world->clients[i] = (struct client){.speaker = {'V', (uint32_t)i}};
        world->delivering[i] = false;
    }
    model_reset(&world->model, coverage);
    world->hash = DIGEST_START;
    world->steps = 0;
    world->objects = object_count();
    world->operations = operation_count();
    model_observe(&world->model, &world->observer);
    trace_observe(&world->observer);
    know_host(world);
    return S_OK;
}

uint64_t world_now(void)
{
    return core_engine()->operations->now(core_engine());
}

static void mix(struct world *world, uint64_t number)
{
    world->hash = (world->hash ^ number) * 0x9E3779B97F4A7C15u;
    world->hash ^= world->hash >> 29;
}

bool world_has_callback(void)
{
    return event_ready();
}

/* The clock does not pass the deadlines of those who wait. */
static uint64_t limit(const struct world *world)
{
    uint64_t least = PLATFORM_FOREVER;
    for (int i = 0; i < MODEL_ACTORS; i++)
        if (world->clients[i].waits && world->clients[i].deadline < least)
            least = world->clients[i].deadline;
    return least;
}

bool world_has_engine(const struct world *world)
{
    uint64_t due = core_engine()->operations->due(core_engine());
    return due != PLATFORM_FOREVER && due <= limit(world);
}

/* --- arguments --- */

static const void *handle_argument(const struct model *model, enum spec_parameter_kind kind, int choice)
{
    uint64_t value = kind == PARAMETER_OPERATION ? model->operations[choice].value
                     : kind == PARAMETER_SYSTEM  ? model->systems[choice].value
                                                 : model->processes[choice].value;
    return (const void *)(uintptr_t)value;
}

static void take_argument(
    const struct model *model, enum spec_parameter_kind kind, int choice, union spec_argument *argument)
{
    static const char something[8];
    argument->pointer = NULL;
    if (choice == MOVE_NULL)
        return;
    switch (kind) {
    case PARAMETER_NUMBER:
        argument->number = move_numbers[choice];
        break;
    case PARAMETER_TEXT:
        argument->pointer = move_text(choice);
        break;
    case PARAMETER_OPERATION:
    case PARAMETER_SYSTEM:
    case PARAMETER_PROCESS:
        argument->pointer = handle_argument(model, kind, choice);
        break;
    default:
        argument->pointer = something;
    }
}

/* --- moves --- */

_Static_assert((int)MOVE_FAULTS == (int)FAULT_EFFECTS, "each effect may stand with a call");

/* false: the call can't have that effect. */
static bool force_fault(const struct move *move)
{
    if (!move->fault)
        return true;
    struct fault fault = {.call = fault_call(spec_functions[move->function].name),
        .effect = (enum fault_effect)move->fault,
        .result = move->result,
        .delay = (uint64_t)MOVE_DELAY_MS * MILLISECOND};
    if (fault.call == REQUEST_KINDS || fault_misplaced(&fault))
        return false;
    sim_force_fault((struct sim *)core_engine(), &fault);
    return true;
}

static bool make_call(struct world *world, const struct move *move)
{
    struct client *client = &world->clients[move->actor];
    union spec_argument arguments[MOVE_ARGUMENTS];
    const struct spec_function *function = &spec_functions[move->function];
    bool callback = move->actor >= MOVE_CLIENTS && move->actor < MOVE_ACTORS;
    if (world->lacks[move->function] || client->waits || (callback && !world->delivering[move->actor]) ||
        !model_takes(&world->model, move) || !force_fault(move))
        return false;
    for (int i = 0; i < function->parameter_count; i++)
        take_argument(&world->model, function->parameters[i].kind, move->choice[i], &arguments[i]);
    model_step(&world->model);
    model_before(&world->model, move);
    bool over = client_call(client, (enum spec_function_index)move->function, arguments);
    sim_force_fault((struct sim *)core_engine(), NULL);
    model_after(&world->model, move, client, over);
    if (over) {
        model_take_outputs(&world->model, client);
        mix(world, client->value);
    }
    return true;
}

static bool wake(struct world *world, unsigned actor)
{
    struct client *client = &world->clients[actor];
    if (!client->waits)
        return false;
    bool ready = model_ready(&world->model, actor), woken = client_try(client);
    if (!woken && (!ready || model_is_unsure(&world->model, actor))) {
        model_look(&world->model, actor);
        return false;
    }
    model_step(&world->model);
    if (woken != ready) {
        model_break(&world->model,
            woken ? "%s returns before what it waits for is there" : "%s waits on for what is there",
            spec_functions[client->function].name);
        return true;
    }
    model_woken(&world->model, actor, client);
    model_take_outputs(&world->model, client);
    mix(world, client->value);
    return true;
}

static bool time_out(struct world *world, unsigned actor)
{
    struct client *client = &world->clients[actor];
    struct engine *engine = core_engine();
    if (!client->waits || client->deadline == PLATFORM_FOREVER || client->deadline > limit(world) ||
        engine->operations->due(engine) <= client->deadline || model_ready(&world->model, actor))
        return false;
    model_step(&world->model);
    core_lock();
    if (world_now() < client->deadline)
        engine->operations->pass(engine, client->deadline);
    core_unlock();
    if (client_try(client)) {
        model_break(&world->model, "a call returns before what it waits for is there");
        return true;
    }
    client_time_out(client);
    model_timed_out(&world->model, actor, client);
    return true;
}

static bool begin_callback(struct world *world, unsigned actor)
{
    if (world->delivering[actor] || !event_ready())
        return false;
    model_step(&world->model);
    world->clients[actor].runner = (struct runner){NULL, NULL, 0, false};
    if (!client_take(&world->clients[actor], &world->deliveries[actor]))
        return false; /* it was about operations that are closed */
    world->delivering[actor] = true;
    model_begins(&world->model, actor);
    mix(world, (uint64_t)world->deliveries[actor].event.Type);
    return true;
}

static bool end_callback(struct world *world, unsigned actor)
{
    if (!world->delivering[actor] || world->clients[actor].waits)
        return false;
    model_step(&world->model);
    client_done(&world->clients[actor], &world->deliveries[actor]);
    world->delivering[actor] = false;
    model_ends(&world->model, actor);
    return true;
}

static bool run_engine(struct world *world)
{
    core_lock();
    struct engine *engine = core_engine();
    model_step(&world->model);
    bool ran = engine->operations->drive(engine, limit(world)) == ENGINE_RAN;
    core_unlock();
    return ran;
}

bool world_move(struct world *world, const struct move *move)
{
    bool made = false;
    switch ((enum move_kind)move->kind) {
    case MOVE_CALL:
        made = make_call(world, move);
        break;
    case MOVE_WAKE:
        made = wake(world, move->actor);
        break;
    case MOVE_TIME_OUT:
        made = time_out(world, move->actor);
        break;
    case MOVE_BEGIN:
        made = begin_callback(world, move->actor);
        break;
    case MOVE_END:
        made = end_callback(world, move->actor);
        break;
    default:
        made = run_engine(world);
    }
    if (!made)
        return false;
    if (world->model.outputs_end)
        model_look_at_outputs(&world->model);
    world->steps++;
    mix(world, (uint64_t)move->kind << 16 | (uint64_t)move->actor << 8 | move->function);
    mix(world, world_now());
    return true;
}

/* --- the end --- */

/* Everything goes on by itself until nothing does. */
static void settle(struct world *world)
{
    for (int step = 0; step < SETTLE_STEPS && !world->model.broken[0]; step++) {
        bool moved = false;
        for (unsigned i = 0; i < MODEL_ACTORS; i++) {
            moved |=
                world->clients[i].waits && world_move(world, &(struct move){.kind = MOVE_WAKE, .actor = (uint8_t)i});
            moved |= world->delivering[i] && world_move(world, &(struct move){.kind = MOVE_END, .actor = (uint8_t)i});
        }
        for (unsigned i = MOVE_CLIENTS; i < MOVE_ACTORS && !moved; i++)
            moved = !world->delivering[i] && world_move(world, &(struct move){.kind = MOVE_BEGIN, .actor = (uint8_t)i});
        if (!moved && !world_move(world, &(struct move){.kind = MOVE_ENGINE}))
            for (unsigned i = 0; i < MODEL_ACTORS && !moved; i++)
                moved = world_move(world, &(struct move){.kind = MOVE_TIME_OUT, .actor = (uint8_t)i});
        else
            moved = true;
        if (!moved)
            return;
    }
    if (!world->model.broken[0])
        model_break(&world->model, "the run does not come to rest");
}

/* The janitor, or whoever else is free when that one waits. */
static uint8_t free_actor(const struct world *world)
{
    unsigned actor = MODEL_JANITOR;
    for (unsigned i = 0; world->clients[actor].waits && i < MOVE_CLIENTS; i++)
        actor = i;
    return (uint8_t)actor;
}

static void janitor(struct world *world, enum spec_function_index function, int a, int b, int c)
{
    struct move move = {.kind = MOVE_CALL,
        .actor = free_actor(world),
        .function = (uint8_t)function,
        .choice = {(int8_t)a, (int8_t)b, (int8_t)c, MOVE_NULL, MOVE_NULL, MOVE_NULL}};
    if (!world->model.broken[0])
        (void)world_move(world, &move);
}

/* Its own operation lies behind the slots of the others. */
static void terminate(struct world *world, int slot)
{
    janitor(world, FUNCTION_HcsCreateOperation, MOVE_NULL, MOVE_NULL, MOVE_OPERATIONS);
    janitor(world, FUNCTION_HcsTerminateComputeSystem, slot, MOVE_OPERATIONS, MOVE_NULL);
    settle(world);
    janitor(world, FUNCTION_HcsCloseOperation, MOVE_OPERATIONS, MOVE_NULL, MOVE_NULL);
    settle(world);
}

static int all_access(void)
{
    int i = 0;
    while (move_numbers[i] != GENERIC_ALL)
        i++;
    return i;
}

static void close_all(struct world *world)
{
    struct model *model = &world->model;
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].open)
            janitor(world, FUNCTION_HcsCloseOperation, i, MOVE_NULL, MOVE_NULL);
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].open)
            janitor(world, FUNCTION_HcsCloseProcess, i, MOVE_NULL, MOVE_NULL);
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].open)
            janitor(world, FUNCTION_HcsCloseComputeSystem, i, MOVE_NULL, MOVE_NULL);
    settle(world);
}

static void look_for_leaks(struct world *world)
{
    size_t objects = object_count() - world->objects, operations = operation_count() - world->operations;
    if (objects || operations)
        model_break(&world->model, "%u systems, processes and handles and %u operations are left at the end",
            (unsigned)objects, (unsigned)operations);
    if (event_active())
        model_break(&world->model, "callbacks are left at the end");
}

static void end_vain_waits(struct world *world)
{
    bool process;
    int slot;
    for (int i = 0; i < MODEL_ACTORS && (slot = model_vain_wait(&world->model, &process)) >= 0; i++) {
        janitor(world, process ? FUNCTION_HcsCloseProcess : FUNCTION_HcsCloseComputeSystem, slot, MOVE_NULL, MOVE_NULL);
        settle(world);
    }
}

void world_finish(struct world *world)
{
    struct model *model = &world->model;
    sim_end_faults((struct sim *)core_engine());
    settle(world);
    if (!model->broken[0])
        model_check_last_closes(model);
    for (int i = 0; i < MOVE_SYSTEMS; i++)
        if (model->systems[i].open && !model->system[model->systems[i].object].orphan)
            terminate(world, i);
    for (int id = 0; id < MOVE_IDS; id++) /* those that nobody holds */
        if (model_system_named(model, id) >= 0) {
            janitor(world, FUNCTION_HcsOpenComputeSystem, id, all_access(), MOVE_SYSTEMS);
            terminate(world, MOVE_SYSTEMS);
            janitor(world, FUNCTION_HcsCloseComputeSystem, MOVE_SYSTEMS, MOVE_NULL, MOVE_NULL);
        }
    settle(world);
    end_vain_waits(world);
    if (!model->broken[0])
        model_finish(model);
    if (!model->broken[0])
        close_all(world);
    if (!model->broken[0])
        look_for_leaks(world);
}

void world_abandon(struct world *world)
{
    for (int i = 0; i < MODEL_ACTORS; i++)
        world->clients[i] = (struct client){.speaker = {'V', (uint32_t)i}};
    event_run_as(NULL);
    core_lock();
    core_abandon();
    core_unlock();
}
