/* A run. Entry points: exploration_begin(), exploration_move(), exploration_finish(). */
#include "exploration.h"
#include "base/text/digest.h"
#include "core/object.h"
#include "core/operation.h"
#include "core/progress/progress.h"
#include "explore/schedule/move_text.h"
#include "backend/sim.h"
#include "spec_hresults.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SETTLE_STEPS = 100000, MILLISECOND = 1000000 };

/* Notes which functions the host lacks. */
static void know_host(struct exploration *exploration)
{
    core_lock();
    const struct scenario *host = &((const struct sim *)core_engine())->scenario;
    exploration->model.refuses[MATRIX_VirtualMachine] = host->no_hyperv ? HCS_E_HYPERV_NOT_INSTALLED : S_OK;
    exploration->model.refuses[MATRIX_Container] = host->no_containers ? HCS_E_SERVICE_NOT_AVAILABLE : S_OK;
    core_unlock();
    for (int i = 0; i < FUNCTION_COUNT; i++)
        exploration->lacks[i] = core_lacks(spec_functions[i].name);
}

HRESULT exploration_begin(
    struct exploration *exploration, const char *scenario, uint64_t seed, struct coverage *coverage)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRIu64, seed);
    const struct engine_option list[] = SCENARIO_OPTIONS(scenario, number, "");
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    progress_by_hand(true);
    core_lock();
    trace_observe(NULL);
    HRESULT result = core_reset(&options);
    core_unlock();
    if (FAILED(result))
        return result;
    for (int i = 0; i < MODEL_ACTORS; i++) {
        client_forget(&exploration->clients[i]);
        exploration->clients[i] = (struct client){.speaker = {'V', (uint32_t)i}};
        exploration->delivering[i] = false;
    }
    model_reset(&exploration->model, coverage);
    exploration->hash = DIGEST_START;
    exploration->steps = 0;
    model_observe(&exploration->model, &exploration->observer);
    core_lock();
    exploration->objects = object_count();
    exploration->operations = operation_count();
    trace_observe(&exploration->observer);
    core_unlock();
    know_host(exploration);
    return S_OK;
}

uint64_t exploration_now(void)
{
    core_lock();
    uint64_t now = core_now();
    core_unlock();
    return now;
}

static void mix(struct exploration *exploration, uint64_t number)
{
    exploration->hash = (exploration->hash ^ number) * 0x9E3779B97F4A7C15u;
    exploration->hash ^= exploration->hash >> 29;
}

bool exploration_has_callback(void)
{
    core_lock();
    bool ready = event_ready();
    core_unlock();
    return ready;
}

/* Returns the earliest deadline of all waiting clients, which the clock must not pass. */
static uint64_t limit(const struct exploration *exploration)
{
    uint64_t minimum = PLATFORM_FOREVER;
    for (int i = 0; i < MODEL_ACTORS; i++)
        if (exploration->clients[i].waits && exploration->clients[i].deadline < minimum)
            minimum = exploration->clients[i].deadline;
    return minimum;
}

/* Returns the time of the engine's next event, or PLATFORM_FOREVER. */
static uint64_t due_time(void)
{
    core_lock();
    uint64_t due = core_engine()->operations->due(core_engine());
    core_unlock();
    return due;
}

bool exploration_has_engine(const struct exploration *exploration)
{
    uint64_t due = due_time();
    return due != PLATFORM_FOREVER && due <= limit(exploration);
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

_Static_assert((int)MOVE_FAULTS == (int)FAULT_EFFECTS, "each effect can be given with a call");

/* Forces a fault on the next call; NULL: none. */
static void force(const struct fault *fault)
{
    core_lock();
    sim_force_fault((struct sim *)core_engine(), fault);
    core_unlock();
}

/* Forces the fault of a move, if it has one. Returns false if its effect is not possible for the call. */
static bool force_fault(const struct move *move)
{
    if (!move->fault)
        return true;
    struct fault fault = {.call = fault_call(spec_functions[move->function].name),
        .effect = (enum fault_effect)move->fault,
        .result = move->result,
        .delay = (uint64_t)MOVE_DELAY_MS * MILLISECOND};
    if (fault.call == REQUEST_KINDS || !fault_is_possible(fault.effect, fault.call))
        return false;
    force(&fault);
    return true;
}

static bool make_call(struct exploration *exploration, const struct move *move)
{
    struct client *client = &exploration->clients[move->actor];
    union spec_argument arguments[MOVE_ARGUMENTS];
    const struct spec_function *function = &spec_functions[move->function];
    bool callback = move->actor >= MOVE_CLIENTS && move->actor < MOVE_ACTORS;
    if (exploration->lacks[move->function] || client->waits || (callback && !exploration->delivering[move->actor]) ||
        !model_takes(&exploration->model, move) || !force_fault(move))
        return false;
    for (int i = 0; i < function->parameter_count; i++)
        take_argument(&exploration->model, function->parameters[i].kind, move->choice[i], &arguments[i]);
    model_step(&exploration->model);
    model_before(&exploration->model, move);
    bool over = client_call(client, (enum spec_function_index)move->function, arguments);
    force(NULL);
    model_after(&exploration->model, move, client, over);
    if (over) {
        model_take_outputs(&exploration->model, client);
        mix(exploration, client->value);
    }
    return true;
}

static bool wake(struct exploration *exploration, unsigned actor)
{
    struct client *client = &exploration->clients[actor];
    if (!client->waits)
        return false;
    bool ready = model_ready(&exploration->model, actor), woken = client_try(client);
    if (!woken && (!ready || model_is_unsure(&exploration->model, actor))) {
        model_look(&exploration->model, actor);
        return false;
    }
    model_step(&exploration->model);
    if (woken != ready) {
        model_break(&exploration->model,
            woken ? "%s returned although its result is not ready" : "%s did not return although its result is ready",
            spec_functions[client->function].name);
        return true;
    }
    model_woken(&exploration->model, actor, client);
    model_take_outputs(&exploration->model, client);
    mix(exploration, client->value);
    return true;
}

static bool time_out(struct exploration *exploration, unsigned actor)
{
    struct client *client = &exploration->clients[actor];
    if (!client->waits || client->deadline == PLATFORM_FOREVER || client->deadline > limit(exploration) ||
        due_time() <= client->deadline || model_ready(&exploration->model, actor))
        return false;
    model_step(&exploration->model);
    core_lock();
    struct engine *engine = core_engine();
    if (engine->operations->now(engine) < client->deadline)
        engine->operations->pass(engine, client->deadline);
    core_unlock();
    if (client_try(client)) {
        model_break(&exploration->model, "a call returned although its result is not ready");
        return true;
    }
    client_time_out(client);
    model_timed_out(&exploration->model, actor, client);
    return true;
}

static bool begin_callback(struct exploration *exploration, unsigned actor)
{
    if (exploration->delivering[actor] || !exploration_has_callback())
        return false;
    model_step(&exploration->model);
    exploration->clients[actor].runner = (struct runner){NULL, NULL, 0, false};
    if (!client_take(&exploration->clients[actor], &exploration->deliveries[actor]))
        return false; /* all its events were about operations that have been closed */
    exploration->delivering[actor] = true;
    model_begins(&exploration->model, actor);
    mix(exploration, (uint64_t)exploration->deliveries[actor].event.Type);
    return true;
}

static bool end_callback(struct exploration *exploration, unsigned actor)
{
    if (!exploration->delivering[actor] || exploration->clients[actor].waits)
        return false;
    model_step(&exploration->model);
    client_done(&exploration->clients[actor], &exploration->deliveries[actor]);
    exploration->delivering[actor] = false;
    model_ends(&exploration->model, actor);
    return true;
}

static bool run_engine(struct exploration *exploration)
{
    core_lock();
    model_step(&exploration->model);
    bool ran = core_drive(limit(exploration)) == ENGINE_RAN;
    core_unlock();
    return ran;
}

bool exploration_move(struct exploration *exploration, const struct move *move)
{
    bool made = false;
    switch ((enum move_kind)move->kind) {
    case MOVE_CALL:
        made = make_call(exploration, move);
        break;
    case MOVE_WAKE:
        made = wake(exploration, move->actor);
        break;
    case MOVE_TIME_OUT:
        made = time_out(exploration, move->actor);
        break;
    case MOVE_BEGIN:
        made = begin_callback(exploration, move->actor);
        break;
    case MOVE_END:
        made = end_callback(exploration, move->actor);
        break;
    default:
        made = run_engine(exploration);
    }
    if (!made)
        return false;
    if (exploration->model.outputs_end)
        model_look_at_outputs(&exploration->model);
    exploration->steps++;
    mix(exploration, (uint64_t)move->kind << 16 | (uint64_t)move->actor << 8 | move->function);
    mix(exploration, exploration_now());
    return true;
}

/* --- the end --- */

/* Makes all moves except calls until none is left. */
static void settle(struct exploration *exploration)
{
    for (int step = 0; step < SETTLE_STEPS && !exploration->model.broken[0]; step++) {
        bool moved = false;
        for (unsigned i = 0; i < MODEL_ACTORS; i++) {
            moved |= exploration->clients[i].waits &&
                     exploration_move(exploration, &(struct move){.kind = MOVE_WAKE, .actor = (uint8_t)i});
            moved |= exploration->delivering[i] &&
                     exploration_move(exploration, &(struct move){.kind = MOVE_END, .actor = (uint8_t)i});
        }
        for (unsigned i = MOVE_CLIENTS; i < MOVE_ACTORS && !moved; i++)
            moved = !exploration->delivering[i] &&
                    exploration_move(exploration, &(struct move){.kind = MOVE_BEGIN, .actor = (uint8_t)i});
        if (!moved && !exploration_move(exploration, &(struct move){.kind = MOVE_ENGINE}))
            for (unsigned i = 0; i < MODEL_ACTORS && !moved; i++)
                moved = exploration_move(exploration, &(struct move){.kind = MOVE_TIME_OUT, .actor = (uint8_t)i});
        else
            moved = true;
        if (!moved)
            return;
    }
    if (!exploration->model.broken[0])
        model_break(&exploration->model, "the run never becomes idle");
}

/* Returns the janitor, or another free actor if the janitor's call waits. */
static uint8_t free_actor(const struct exploration *exploration)
{
    unsigned actor = MODEL_JANITOR;
    for (unsigned i = 0; exploration->clients[actor].waits && i < MOVE_CLIENTS; i++)
        actor = i;
    return (uint8_t)actor;
}

static void janitor(struct exploration *exploration, enum spec_function_index function, int a, int b, int c)
{
    struct move move = {.kind = MOVE_CALL,
        .actor = free_actor(exploration),
        .function = (uint8_t)function,
        .choice = {(int8_t)a, (int8_t)b, (int8_t)c, MOVE_NULL, MOVE_NULL, MOVE_NULL}};
    if (!exploration->model.broken[0])
        (void)exploration_move(exploration, &move);
}

/* Terminates a system with the janitor's operation, whose slot is the last. */
static void terminate(struct exploration *exploration, int slot)
{
    janitor(exploration, FUNCTION_HcsCreateOperation, MOVE_NULL, MOVE_NULL, MOVE_OPERATIONS);
    janitor(exploration, FUNCTION_HcsTerminateComputeSystem, slot, MOVE_OPERATIONS, MOVE_NULL);
    settle(exploration);
    janitor(exploration, FUNCTION_HcsCloseOperation, MOVE_OPERATIONS, MOVE_NULL, MOVE_NULL);
    settle(exploration);
}

static int all_access(void)
{
    int i = 0;
    while (move_numbers[i] != GENERIC_ALL)
        i++;
    return i;
}

static void close_all(struct exploration *exploration)
{
    struct model *model = &exploration->model;
    for (int i = 0; i <= MOVE_OPERATIONS; i++)
        if (model->operations[i].open)
            janitor(exploration, FUNCTION_HcsCloseOperation, i, MOVE_NULL, MOVE_NULL);
    for (int i = 0; i < MOVE_PROCESSES; i++)
        if (model->processes[i].open)
            janitor(exploration, FUNCTION_HcsCloseProcess, i, MOVE_NULL, MOVE_NULL);
    for (int i = 0; i <= MOVE_SYSTEMS; i++)
        if (model->systems[i].open)
            janitor(exploration, FUNCTION_HcsCloseComputeSystem, i, MOVE_NULL, MOVE_NULL);
    settle(exploration);
}

static void look_for_leaks(struct exploration *exploration)
{
    core_lock();
    size_t objects = object_count() - exploration->objects, operations = operation_count() - exploration->operations;
    unsigned callbacks = event_active();
    core_unlock();
    if (objects || operations)
        model_break(&exploration->model, "%u systems, processes and handles and %u operations are left at the end",
            (unsigned)objects, (unsigned)operations);
    if (callbacks)
        model_break(&exploration->model, "callbacks were still due at the end");
}

static void end_vain_waits(struct exploration *exploration)
{
    bool process;
    int slot;
    for (int i = 0; i < MODEL_ACTORS && (slot = model_vain_wait(&exploration->model, &process)) >= 0; i++) {
        janitor(exploration, process ? FUNCTION_HcsCloseProcess : FUNCTION_HcsCloseComputeSystem, slot, MOVE_NULL,
            MOVE_NULL);
        settle(exploration);
    }
}

void exploration_finish(struct exploration *exploration)
{
    struct model *model = &exploration->model;
    core_lock();
    sim_end_faults((struct sim *)core_engine());
    core_unlock();
    settle(exploration);
    if (!model->broken[0])
        model_check_last_closes(model);
    for (int i = 0; i < MOVE_SYSTEMS; i++)
        if (model->systems[i].open && !model->system[model->systems[i].object].orphan)
            terminate(exploration, i);
    for (int id = 0; id < MOVE_IDS; id++) /* systems on which no handle is open */
        if (model_system_named(model, id) >= 0) {
            janitor(exploration, FUNCTION_HcsOpenComputeSystem, id, all_access(), MOVE_SYSTEMS);
            terminate(exploration, MOVE_SYSTEMS);
            janitor(exploration, FUNCTION_HcsCloseComputeSystem, MOVE_SYSTEMS, MOVE_NULL, MOVE_NULL);
        }
    settle(exploration);
    end_vain_waits(exploration);
    if (!model->broken[0])
        model_finish(model);
    if (!model->broken[0])
        close_all(exploration);
    if (!model->broken[0])
        look_for_leaks(exploration);
}

void exploration_abandon(struct exploration *exploration)
{
    for (int i = 0; i < MODEL_ACTORS; i++)
        exploration->clients[i] = (struct client){.speaker = {'V', (uint32_t)i}};
    event_run_as(NULL);
    core_lock();
    core_abandon();
    core_unlock();
}
