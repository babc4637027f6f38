/* Drawing moves. Entry points: draw_begin(), draw_move(). */
#include "draw.h"
#include "spec_hresults.h"
#include <string.h>

enum { TRIES = 8 };

/* The functions and how often they are drawn. Queries are frequent, as in real clients. */
static const struct {
    enum spec_function_index function;
    unsigned weight;
} base[] = {{FUNCTION_HcsCreateOperation, 14}, {FUNCTION_HcsCloseOperation, 5}, {FUNCTION_HcsGetOperationResult, 4},
    {FUNCTION_HcsGetOperationResultAndProcessInfo, 2}, {FUNCTION_HcsGetOperationType, 2},
    {FUNCTION_HcsGetComputeSystemFromOperation, 2}, {FUNCTION_HcsGetProcessFromOperation, 2},
    {FUNCTION_HcsCancelOperation, 1}, {FUNCTION_HcsSetOperationCallback, 2}, {FUNCTION_HcsWaitForOperationResult, 4},
    {FUNCTION_HcsWaitForOperationResultAndProcessInfo, 2}, {FUNCTION_HcsCreateComputeSystem, 4},
    {FUNCTION_HcsOpenComputeSystem, 9}, {FUNCTION_HcsCloseComputeSystem, 3}, {FUNCTION_HcsStartComputeSystem, 15},
    {FUNCTION_HcsShutDownComputeSystem, 4}, {FUNCTION_HcsTerminateComputeSystem, 5},
    {FUNCTION_HcsCrashComputeSystem, 1}, {FUNCTION_HcsPauseComputeSystem, 10}, {FUNCTION_HcsResumeComputeSystem, 10},
    {FUNCTION_HcsSaveComputeSystem, 3}, {FUNCTION_HcsModifyComputeSystem, 2},
    {FUNCTION_HcsGetComputeSystemProperties, 3}, {FUNCTION_HcsEnumerateComputeSystems, 3},
    {FUNCTION_HcsSetComputeSystemCallback, 6}, {FUNCTION_HcsWaitForComputeSystemExit, 3},
    {FUNCTION_HcsCreateProcess, 8}, {FUNCTION_HcsOpenProcess, 4}, {FUNCTION_HcsCloseProcess, 3},
    {FUNCTION_HcsTerminateProcess, 12}, {FUNCTION_HcsSignalProcess, 5}, {FUNCTION_HcsModifyProcess, 3},
    {FUNCTION_HcsGetProcessInfo, 13}, {FUNCTION_HcsGetProcessProperties, 7}, {FUNCTION_HcsSetProcessCallback, 6},
    {FUNCTION_HcsWaitForProcessExit, 3}};
enum { BASE = sizeof base / sizeof *base };

static unsigned below(struct draw *draw, unsigned limit)
{
    return (unsigned)((random_next(&draw->random) >> 32) * limit >> 32);
}

static bool is_about_callbacks(enum spec_function_index function)
{
    return function == FUNCTION_HcsCreateOperation || function == FUNCTION_HcsCloseOperation ||
           function == FUNCTION_HcsSetOperationCallback || function == FUNCTION_HcsSetComputeSystemCallback ||
           function == FUNCTION_HcsSetProcessCallback || function == FUNCTION_HcsCloseProcess ||
           function == FUNCTION_HcsCloseComputeSystem;
}

void draw_begin(struct draw *draw, uint64_t seed, unsigned clients)
{
    memset(draw, 0, sizeof *draw);
    random_seed(&draw->random, seed);
    draw->clients = clients ? clients : 1 + below(draw, MOVE_CLIENTS);
    draw->closes = !below(draw, 3);
    for (int i = 0; i < BASE; i++) {
        bool needed =
            base[i].function == FUNCTION_HcsCreateOperation || base[i].function == FUNCTION_HcsCreateComputeSystem;
        unsigned factor = !needed && !below(draw, 5) ? 0 : 1 + below(draw, 4);
        if (draw->closes && is_about_callbacks(base[i].function))
            factor = base[i].function == FUNCTION_HcsCreateOperation ? 2 : 4;
        for (unsigned left = base[i].weight * factor; left && draw->total < DRAW_CALLS; left--)
            draw->calls[draw->total++] = (uint8_t)i;
    }
    draw->call = 20 + below(draw, 60);
    draw->wake = 10 + below(draw, 40);
    draw->engine = 10 + below(draw, 40);
    draw->callback = 5 + below(draw, 30);
    draw->end = draw->closes ? 2 + below(draw, 8) : draw->callback;
    draw->time_out = below(draw, 4);
}

/* --- actors --- */

enum { DRAWN_ACTORS = MOVE_CLIENTS + MOVE_DRAWN };

/* The actors that can make a kind of move. */
struct candidates {
    uint8_t actors[DRAWN_ACTORS], count;
};

static void add(struct candidates *candidates, unsigned actor)
{
    candidates->actors[candidates->count++] = (uint8_t)actor;
}

static void look_around(
    const struct draw *draw, const struct exploration *exploration, struct candidates of[MOVE_KINDS])
{
    for (unsigned i = 0; i < DRAWN_ACTORS; i++) {
        const struct client *client = &exploration->clients[i];
        bool callback = i >= MOVE_CLIENTS, plays = exploration->delivering[i];
        if (client->waits) {
            if (model_ready(&exploration->model, i))
                add(&of[MOVE_WAKE], i);
            if (client->deadline != PLATFORM_FOREVER)
                add(&of[MOVE_TIME_OUT], i);
        } else if (callback ? plays : i < draw->clients) {
            add(&of[MOVE_CALL], i);
        }
        if (plays && !client->waits)
            add(&of[MOVE_END], i);
        if (callback && !plays)
            add(&of[MOVE_BEGIN], i);
    }
}

/* Draws one of the candidates; -1: there is none. */
static int pick(struct draw *draw, const struct candidates *candidates)
{
    unsigned count = candidates->count;
    return count ? candidates->actors[count == 1 ? 0 : below(draw, count)] : -1;
}

/* --- calls and their arguments --- */

static int draw_operation(struct draw *draw, const struct model *model, bool to_begin)
{
    for (int i = 0; i < TRIES; i++) {
        unsigned slot = below(draw, MOVE_OPERATIONS);
        const struct model_operation *operation = &model->operations[slot];
        if (operation->open && (!to_begin || operation->state != MODEL_PENDING))
            return (int)slot;
    }
    return below(draw, 8) ? (int)below(draw, MOVE_OPERATIONS) : MOVE_NULL;
}

static int draw_handle(struct draw *draw, const struct model_handle *handles, int count)
{
    for (int i = 0; i < TRIES; i++) {
        unsigned slot = below(draw, (unsigned)count);
        if (handles[slot].open)
            return (int)slot;
    }
    return below(draw, 8) ? (int)below(draw, (unsigned)count) : MOVE_NULL;
}

static int draw_free(struct draw *draw, const struct model_handle *handles, int count)
{
    unsigned start = below(draw, (unsigned)count);
    for (int i = 0; i < count; i++) {
        unsigned slot = (start + (unsigned)i) % (unsigned)count;
        if (!handles[slot].open && !handles[slot].closing && handles[slot].sink.runner < 0)
            return (int)slot;
    }
    return MOVE_NULL;
}

static int draw_free_operation(struct draw *draw, const struct model *model)
{
    unsigned start = below(draw, MOVE_OPERATIONS);
    for (unsigned i = 0; i < MOVE_OPERATIONS; i++) {
        const struct model_operation *operation = &model->operations[(start + i) % MOVE_OPERATIONS];
        if (!operation->open && !operation->closing && operation->sink.runner < 0)
            return (int)((start + i) % MOVE_OPERATIONS);
    }
    return MOVE_NULL;
}

/* Returns the choice for a text. */
static int named(const char *name)
{
    return move_text_named(name);
}

static int draw_text(struct draw *draw, enum spec_function_index function, int parameter)
{
    static const char *const configurations[] = {"@system/container", "@system/container",
        "@system/container-terminate-on-close", "@system/vm", "@system/vm-guest", "@system/vm-guest",
        "@invalid/no-body"};
    static const char *const processes[] = {
        "@process/echo-stdout", "@process/endless", "@process/endless", "@process/ping-twice", "@process/not-found"};
    static int known[2][8];
    if (!known[0][0]) {
        for (size_t i = 0; i < sizeof configurations / sizeof *configurations; i++)
            known[0][i] = named(configurations[i]);
        for (size_t i = 0; i < sizeof processes / sizeof *processes; i++)
            known[1][i] = named(processes[i]);
    }
    switch ((int)function) {
    case FUNCTION_HcsCreateComputeSystem:
        return parameter == 0 ? (int)below(draw, MOVE_IDS)
                              : known[0][below(draw, sizeof configurations / sizeof *configurations)];
    case FUNCTION_HcsOpenComputeSystem:
        return (int)below(draw, MOVE_IDS);
    case FUNCTION_HcsCreateProcess:
        return known[1][below(draw, sizeof processes / sizeof *processes)];
    case FUNCTION_HcsModifyComputeSystem:
        return named(below(draw, 2) ? "@modify/memory-vm" : "@modify/memory-container");
    case FUNCTION_HcsModifyProcess:
        return named("@modify-process/close-stdin");
    case FUNCTION_HcsGetComputeSystemProperties:
        return below(draw, 3) ? MOVE_NULL : named("@query/statistics");
    case FUNCTION_HcsSaveComputeSystem:
        return below(draw, 2) ? MOVE_NULL : named("@save/as-template");
    default:
        return MOVE_NULL;
    }
}

static int number_of(uint32_t value)
{
    int i = 0;
    while (move_numbers[i] != value)
        i++;
    return i;
}

static int draw_number(struct draw *draw, enum spec_function_index function, int parameter)
{
    static const uint32_t timeouts[] = {INFINITE, INFINITE, INFINITE, 0, 2, 100, 60000}, ids[] = {1000, 1004, 1000, 1};
    if (function == FUNCTION_HcsSetComputeSystemCallback || function == FUNCTION_HcsSetProcessCallback)
        return number_of(draw->closes ? 1 : below(draw, 2));
    if (function == FUNCTION_HcsOpenProcess && parameter == 1)
        return number_of(ids[below(draw, 4)]);
    if (function == FUNCTION_HcsOpenProcess || function == FUNCTION_HcsOpenComputeSystem)
        return number_of(below(draw, 16) ? GENERIC_ALL : 1);
    return number_of(timeouts[below(draw, sizeof timeouts / sizeof *timeouts)]);
}

static int draw_choice(struct draw *draw, const struct model *model, const struct spec_function *function,
    enum spec_function_index index, int parameter)
{
    switch (function->parameters[parameter].kind) {
    case PARAMETER_OPERATION:
        return draw_operation(draw, model, function->asynchronous);
    case PARAMETER_SYSTEM:
        return draw_handle(draw, model->systems, MOVE_SYSTEMS);
    case PARAMETER_PROCESS:
        return draw_handle(draw, model->processes, MOVE_PROCESSES);
    case PARAMETER_OUT_SYSTEM:
        return draw_free(draw, model->systems, MOVE_SYSTEMS);
    case PARAMETER_OUT_PROCESS:
        return draw_free(draw, model->processes, MOVE_PROCESSES);
    case PARAMETER_TEXT:
        return draw_text(draw, index, parameter);
    case PARAMETER_NUMBER:
        return draw_number(draw, index, parameter);
    case PARAMETER_CALLBACK:
        return below(draw, 3) ? 0 : MOVE_NULL;
    case PARAMETER_OUT_TEXT:
        return below(draw, 8) ? MOVE_NULL : 0;
    case PARAMETER_OUT_INFORMATION:
        return below(draw, 2) ? 0 : MOVE_NULL;
    default:
        return MOVE_NULL;
    }
}

static bool has_idle_operation(const struct model *model)
{
    for (int i = 0; i < MOVE_OPERATIONS; i++)
        if (model->operations[i].open && model->operations[i].state != MODEL_PENDING)
            return true;
    return false;
}

static enum spec_function_index draw_function(struct draw *draw, const struct model *model)
{
    unsigned i = draw->calls[below(draw, draw->total)];
    /* calls that need an operation are usually drawn only if there is an idle one */
    if (spec_functions[base[i].function].asynchronous && !has_idle_operation(model) && below(draw, 8))
        return below(draw, 2) ? FUNCTION_HcsCreateOperation : FUNCTION_HcsCloseOperation;
    return base[i].function;
}

static void draw_call(struct draw *draw, const struct exploration *exploration, struct move *move)
{
    enum spec_function_index index = draw_function(draw, &exploration->model);
    const struct spec_function *function = &spec_functions[index];
    move->kind = MOVE_CALL;
    move->function = (uint8_t)index;
    for (int parameter = 0; parameter < function->parameter_count; parameter++)
        move->choice[parameter] = (int8_t)draw_choice(draw, &exploration->model, function, index, parameter);
    if (index == FUNCTION_HcsCreateOperation) {
        move->choice[1] = below(draw, 3) == draw->closes ? 0 : MOVE_NULL;
        move->choice[2] = (int8_t)draw_free_operation(draw, &exploration->model);
    }
}

/* Finds the matrix cell that the call would cover. Returns false if there is none. */
static bool meets(const struct exploration *exploration, const struct move *move, enum spec_matrix *matrix,
    enum spec_call *cell, enum spec_state *state)
{
    const struct model_call *call = model_call(move->function);
    if (!call || call->target < 0 || call->on_process || call->cell >= CALL_COUNT)
        return false;
    *cell = call->cell;
    *state = model_state(&exploration->model, move->choice[call->target], matrix);
    return *state != STATE_ABSENT;
}

/* Draws two calls and takes the one whose cell has been covered less often in this run. */
static void draw_better_call(struct draw *draw, const struct exploration *exploration, struct move *move)
{
    struct move other = *move;
    enum spec_matrix matrix[2];
    enum spec_call cell[2];
    enum spec_state state[2];
    draw_call(draw, exploration, move);
    if (!meets(exploration, move, &matrix[0], &cell[0], &state[0]))
        return;
    draw_call(draw, exploration, &other);
    if (meets(exploration, &other, &matrix[1], &cell[1], &state[1]) &&
        coverage_met(&draw->met, matrix[1], cell[1], state[1]) <
            coverage_met(&draw->met, matrix[0], cell[0], state[0])) {
        *move = other;
        matrix[0] = matrix[1];
        cell[0] = cell[1];
        state[0] = state[1];
    }
    coverage_count(&draw->met, matrix[0], cell[0], state[0], COVERAGE_DONE);
}

bool draw_move(struct draw *draw, const struct exploration *exploration, struct move *move)
{
    struct candidates of[MOVE_KINDS] = {{{0}, 0}};
    look_around(draw, exploration, of);
    int caller = pick(draw, &of[MOVE_CALL]), waker = pick(draw, &of[MOVE_WAKE]), ender = pick(draw, &of[MOVE_END]);
    int sleeper = draw->time_out ? pick(draw, &of[MOVE_TIME_OUT]) : -1;
    int beginner = exploration_has_callback() ? pick(draw, &of[MOVE_BEGIN]) : -1;
    unsigned weights[MOVE_KINDS] = {[MOVE_CALL] = caller < 0 ? 0 : draw->call,
        [MOVE_WAKE] = waker < 0 ? 0 : draw->wake,
        [MOVE_TIME_OUT] = sleeper < 0 ? 0 : draw->time_out,
        [MOVE_BEGIN] = beginner < 0 ? 0 : draw->callback,
        [MOVE_END] = ender < 0 ? 0 : draw->end,
        [MOVE_ENGINE] = exploration_has_engine(exploration) ? draw->engine : 0};
    const int actors[MOVE_KINDS] = {caller, waker, sleeper, beginner, ender, 0};
    unsigned total = 0, kind = 0;
    for (int i = 0; i < MOVE_KINDS; i++)
        total += weights[i];
    if (!total)
        return false;
    for (unsigned at = below(draw, total); at >= weights[kind]; kind++)
        at -= weights[kind];
    *move = (struct move){.kind = (uint8_t)kind, .actor = (uint8_t)actors[kind]};
    if (kind == MOVE_CALL)
        draw_better_call(draw, exploration, move);
    return true;
}
