/* The conductor: hands out the moves of a schedule, then ends everything and checks what is left. Entry point:
   player_play(). */
#include "schedule_player.h"
#include "base/allocate.h"
#include "platform/process.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include "player_parts.h"
#include "row/fixture/fixture.h"
#include "row/fixture/pause.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ENTER_MS = 20,       /* enough for a call that should wait to enter the library */
    STEP_MS = 500,       /* enough for a call that should return, or a callback that should begin */
    ENGINE_MS = 250,     /* enough for pending work to finish */
    COMPLETE_MS = 30000, /* enough for every operation to complete and every call to return */
    VIRTUAL_MS = 70000,  /* the same on the simulator, where that takes no time: longer than the time-outs of moves */
    MAX_SHIFT_US = 500,
};

void player_break(struct schedule_player *player, const char *format, ...)
{
    va_list arguments;
    if (player->law[0])
        return;
    va_start(arguments, format);
    vsnprintf(player->law, sizeof player->law, format, arguments);
    va_end(arguments);
    platform_notify_all(&player->changed);
}

bool player_is_open(const struct schedule_player *player, const void *handle)
{
    for (unsigned i = 0; i < player->closed_count; i++)
        if (player->closed[i] == handle)
            return false;
    return handle != NULL;
}

/* --- time --- */

static bool is_idle(const void *actor)
{
    return !((const struct actor *)actor)->todo;
}

static bool has_left(const void *actor)
{
    return !((const struct actor *)actor)->there;
}

static bool callback_came(const void *what)
{
    const struct schedule_player *player = what;
    return player->playing < player->arrived;
}

/* Waits until the actor's call is over, while time passes for the target. Lock held. */
static bool idle_within(struct schedule_player *player, struct actor *actor, unsigned milliseconds)
{
    uint64_t until = player_clock(player) + (uint64_t)milliseconds * MILLISECOND;
    while (!player_await(player, is_idle, actor, milliseconds) && !player->law[0] && player_clock(player) < until) {
        platform_unlock(&player->lock);
        player_pass(player, ENGINE_MS);
        platform_lock(&player->lock);
    }
    return !actor->todo;
}

/* --- what can be played --- */

/* The functions that end a run, whatever its moves were. */
static const int ending[] = {FUNCTION_HcsOpenComputeSystem, FUNCTION_HcsTerminateComputeSystem,
    FUNCTION_HcsCloseComputeSystem, FUNCTION_HcsCloseProcess, FUNCTION_HcsCreateOperation, FUNCTION_HcsCloseOperation,
    FUNCTION_HcsWaitForOperationResult};

bool player_refuses(const struct target *target, const struct schedule *schedule, char what[PLAYER_TEXT])
{
    what[0] = 0;
    if (schedule->scenario || schedule->faults)
        snprintf(what, PLAYER_TEXT, "it has a scenario, which only the simulator follows");
    for (size_t i = 0; i < schedule->count && !what[0]; i++) {
        const struct move *move = &schedule->moves[i];
        const char *name = spec_functions[move->function].name;
        if (move->kind != MOVE_CALL)
            continue;
        if (move->fault)
            snprintf(what, PLAYER_TEXT, "move %zu: only the simulator can make %s go wrong", i + 1, name);
        else if (!target->function[move->function])
            snprintf(what, PLAYER_TEXT, "move %zu: the target does not export %s", i + 1, name);
    }
    for (size_t i = 0; i < sizeof ending / sizeof *ending && !what[0]; i++)
        if (!target->function[ending[i]])
            snprintf(what, PLAYER_TEXT, "the target does not export %s", spec_functions[ending[i]].name);
    return what[0];
}

/* --- moves --- */

/* Callbacks take the parts k0, k1 … in the order in which these begin. NULL: the part has no callback. */
static struct actor *actor_of(struct schedule_player *player, unsigned number, const unsigned parts[MOVE_CALLBACKS])
{
    if (number < MOVE_CLIENTS)
        return &player->clients[number];
    unsigned part = parts[number - MOVE_CLIENTS];
    return part ? &player->invocations[part - 1] : NULL;
}

/* Waits for a callback without a part and gives it this one. Lock held. */
static void begin_callback(struct schedule_player *player, unsigned *part)
{
    if (player_await(player, callback_came, player, STEP_MS))
        *part = ++player->playing;
}

static void end_callback(struct schedule_player *player, struct actor *actor)
{
    if (!player_await(player, is_idle, actor, STEP_MS))
        return; /* it is inside a call and leaves when the run is over */
    actor->leave = true;
    platform_notify_all(&player->changed);
    while (!has_left(actor))
        platform_wait(&player->changed, &player->lock, PLATFORM_FOREVER);
}

/* Does the call wait, according to the schedule? Then its actor's next move is a wake or a time-out. */
static bool waits(const struct schedule *schedule, size_t at)
{
    for (size_t i = at + 1; i < schedule->count; i++)
        if (schedule->moves[i].kind != MOVE_ENGINE && schedule->moves[i].actor == schedule->moves[at].actor)
            return schedule->moves[i].kind == MOVE_WAKE || schedule->moves[i].kind == MOVE_TIME_OUT;
    return false;
}

/* Lock held. A move that is impossible because this run differs from the recorded one is skipped. */
static void make_move(struct schedule_player *player, size_t at, unsigned parts[MOVE_CALLBACKS])
{
    const struct move *move = &player->schedule->moves[at];
    struct actor *actor = move->kind == MOVE_ENGINE ? NULL : actor_of(player, move->actor, parts);
    switch (move->kind) {
    case MOVE_ENGINE:
        platform_unlock(&player->lock);
        player_pass(player, ENGINE_MS);
        platform_lock(&player->lock);
        break;
    case MOVE_BEGIN:
        begin_callback(player, &parts[move->actor - MOVE_CLIENTS]);
        break;
    case MOVE_END:
        if (actor)
            end_callback(player, actor);
        break;
    case MOVE_WAKE:
    case MOVE_TIME_OUT:
        if (actor)
            (void)idle_within(player, actor, STEP_MS);
        break;
    default:
        if (!actor || !actor->there || !idle_within(player, actor, STEP_MS) || !actors_can_make(player, move))
            break;
        actor->todo = move;
        platform_notify_all(&player->changed);
        (void)player_await(player, is_idle, actor, waits(player->schedule, at) ? ENTER_MS : STEP_MS);
    }
}

/* --- the order --- */

static unsigned draw(uint64_t *state, unsigned below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((*state >> 33) % below);
}

/* Draws a move from those after "then": each actor's next one, and those of the engine. count: none is left. */
static size_t draw_next(const struct schedule *schedule, const bool *made, uint64_t *random)
{
    size_t ready[MOVE_ACTORS + 1];
    bool seen[MOVE_ACTORS] = {false};
    unsigned count = 0;
    for (size_t i = schedule->setup; i < schedule->count; i++) {
        const struct move *move = &schedule->moves[i];
        if (made[i] || (move->kind != MOVE_ENGINE && seen[move->actor]))
            continue;
        if (move->kind != MOVE_ENGINE)
            seen[move->actor] = true;
        if (count <= MOVE_ACTORS)
            ready[count++] = i;
    }
    return count ? ready[draw(random, count)] : schedule->count;
}

/* Simulator: waits until the target rests, before each move in the first attempt, before some in the others. Host:
   waits a short random time, except in the first attempt. Lock held. */
static void shift(struct schedule_player *player, unsigned attempt, uint64_t *random)
{
    if (player->simulator) {
        if (!attempt || draw(random, 2))
            (void)player_await(player, player_never, NULL, 0);
    } else if (attempt) {
        platform_unlock(&player->lock);
        pause_for(draw(random, MAX_SHIFT_US) * (uint64_t)1000);
        platform_lock(&player->lock);
    }
}

static void make_moves(struct schedule_player *player, unsigned attempt, bool *made)
{
    const struct schedule *schedule = player->schedule;
    unsigned parts[MOVE_CALLBACKS] = {0};
    uint64_t random = attempt * 0x9E3779B97F4A7C15u;
    bool drawn = schedule->setup && attempt;
    size_t ordered = drawn ? schedule->setup : schedule->count;
    platform_lock(&player->lock);
    for (size_t i = 0; i < ordered && !player->law[0]; i++) {
        bool again = i && schedule->moves[i].kind == MOVE_ENGINE && schedule->moves[i - 1].kind == MOVE_ENGINE;
        if (!again)
            shift(player, attempt, &random);
        if (!again) /* a second engine move in a row adds nothing */
            make_move(player, i, parts);
    }
    for (size_t i; drawn && !player->law[0] && (i = draw_next(schedule, made, &random)) < schedule->count;
         made[i] = true) {
        make_move(player, i, parts);
        if (!draw(&random, 3)) { /* gives the target time after some moves */
            platform_unlock(&player->lock);
            player_pass(player, ENGINE_MS);
            platform_lock(&player->lock);
        }
    }
    player->over = true;
    platform_notify_all(&player->changed);
    platform_unlock(&player->lock);
}

/* --- the end --- */

static uint64_t call_with(struct schedule_player *player, int function, const union spec_argument *arguments)
{
    return spec_functions[function].call(player->target->function[function], arguments);
}

/* By the target's time. */
static uint64_t completion_limit(const struct schedule_player *player)
{
    return player_clock(player) + (player->simulator ? VIRTUAL_MS : COMPLETE_MS) * (uint64_t)MILLISECOND;
}

static HRESULT wait_for(struct schedule_player *player, void *operation)
{
    union spec_argument arguments[3] = {{.pointer = operation}, {.number = 0}, {.pointer = NULL}};
    uint64_t until = completion_limit(player);
    HRESULT result;
    do {
        result = (HRESULT)call_with(player, FUNCTION_HcsWaitForOperationResult, arguments);
        if (result == HCS_E_OPERATION_TIMEOUT)
            player_pass(player, 50);
    } while (result == HCS_E_OPERATION_TIMEOUT && player_clock(player) < until);
    return result;
}

/* Terminates every system of this attempt, even if handles to it are open. */
static void end_systems(struct schedule_player *player)
{
    for (int i = 0; i < MOVE_IDS; i++) {
        void *system = NULL;
        PWSTR id = to_utf16(player->ids[i]);
        union spec_argument open[3] = {{.pointer = id}, {.number = GENERIC_ALL}, {.pointer = &system}};
        union spec_argument none[2] = {{.pointer = NULL}, {.pointer = NULL}};
        void *operation = (void *)(uintptr_t)call_with(player, FUNCTION_HcsCreateOperation, none);
        if (SUCCEEDED((HRESULT)call_with(player, FUNCTION_HcsOpenComputeSystem, open)) && system) {
            union spec_argument end[3] = {{.pointer = system}, {.pointer = operation}, {.pointer = NULL}};
            if (SUCCEEDED((HRESULT)call_with(player, FUNCTION_HcsTerminateComputeSystem, end)))
                (void)wait_for(player, operation); /* if it fails, the pending operations show it */
            union spec_argument close[1] = {{.pointer = system}};
            call_with(player, FUNCTION_HcsCloseComputeSystem, close);
        }
        union spec_argument close[1] = {{.pointer = operation}};
        call_with(player, FUNCTION_HcsCloseOperation, close);
        free(id);
    }
}

static void expect_completions(struct schedule_player *player)
{
    for (int i = 0; i <= MOVE_OPERATIONS && !player->law[0]; i++)
        if (player->begun[i] && player_is_open(player, player->operations[i]) &&
            wait_for(player, player->operations[i]) == HCS_E_OPERATION_TIMEOUT) {
            platform_lock(&player->lock);
            player_break(player, "the operation o%d never completes", i);
            platform_unlock(&player->lock);
        }
}

/* Has the system or process exited? Its handle must be open. */
static bool has_exited(struct schedule_player *player, bool process, const void *handle)
{
    union spec_argument arguments[3] = {{.pointer = handle}, {.number = 0}, {.pointer = NULL}};
    int wait = process ? FUNCTION_HcsWaitForProcessExit : FUNCTION_HcsWaitForComputeSystemExit;
    return player->target->function[wait] && call_with(player, wait, arguments) == (uint32_t)S_OK;
}

/* Is the exit due to the registered callback? It is not where a create failed. */
static bool is_exit_due(struct schedule_player *player, const struct registration *registration)
{
    platform_lock(&player->lock);
    bool waits = !registration->completion && registration->accepted && !registration->closer;
    platform_unlock(&player->lock);
    uint64_t until = player_clock(player) + STEP_MS * (uint64_t)MILLISECOND;
    bool exited = waits && has_exited(player, registration->process, registration->handle);
    while (waits && !exited && player_clock(player) < until) {
        player_pass(player, 50);
        exited = has_exited(player, registration->process, registration->handle);
    }
    return exited;
}

/* C-26, E-12: every registered callback is told of the exit. Hosts differ if no system was started. */
static void expect_exits(struct schedule_player *player)
{
    uint64_t until = completion_limit(player);
    for (unsigned i = 0; i < player->registration_count && player->started && !player->law[0]; i++) {
        const struct registration *registration = &player->registrations[i];
        if (!is_exit_due(player, registration))
            continue;
        while (!registration->exits && !registration->gone && player_clock(player) < until)
            player_pass(player, 50);
        platform_lock(&player->lock);
        if (!registration->exits && !registration->gone)
            player_break(player, "a registered callback never gets the exit (C-26)");
        platform_unlock(&player->lock);
    }
}

static bool all_returned(const void *what)
{
    const struct schedule_player *player = what;
    bool running = player->threads || player->endings;
    for (unsigned i = 0; i < player->arrived; i++)
        running |= player->invocations[i].there;
    return !running;
}

/* Is the actor inside a call that waits for an exit without a time-out? */
static bool waits_for_exit(const struct actor *actor)
{
    const struct move *move = actor->busy ? actor->todo : NULL;
    return move &&
           (move->function == FUNCTION_HcsWaitForProcessExit ||
               move->function == FUNCTION_HcsWaitForComputeSystemExit) &&
           move->choice[1] != MOVE_NULL && move_numbers[move->choice[1]] == INFINITE;
}

static bool only_exits_are_awaited(const void *what)
{
    const struct schedule_player *player = what;
    bool others = false;
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        others |= player->clients[i].busy && !waits_for_exit(&player->clients[i]);
    for (unsigned i = 0; i < player->arrived; i++)
        others |= player->invocations[i].busy && !waits_for_exit(&player->invocations[i]);
    return !others;
}

/* Lets time pass until done(player), or long enough for every call to return. Lock held, given up meanwhile. */
static void pass_until(struct schedule_player *player, bool (*done)(const void *player))
{
    uint64_t until = completion_limit(player);
    while (!player_await(player, done, player, ENGINE_MS) && player_clock(player) < until && !player->law[0]) {
        platform_unlock(&player->lock);
        player_pass(player, ENGINE_MS);
        platform_lock(&player->lock);
    }
}

/* A close of a handle with which an actor waits for an exit. */
struct close_call {
    struct schedule_player *player;
    int close;
    const void *handle;
};

static void end_wait(void *argument)
{
    struct close_call *given = argument;
    union spec_argument close[1] = {{.pointer = given->handle}};
    call_with(given->player, given->close, close);
    platform_lock(&given->player->lock);
    given->player->endings--;
    platform_notify_all(&given->player->changed);
    platform_unlock(&given->player->lock);
    free(given);
}

/* Lock held, given up meanwhile. Closes the handle with which the actor waits for an exit, if there is none: where a
   create failed, for example. On a thread of its own, since the close may wait for a callback that waits in vain, too.
 */
static void end_vain_wait(struct schedule_player *player, const struct actor *actor)
{
    if (!waits_for_exit(actor))
        return;
    bool process = actor->todo->function == FUNCTION_HcsWaitForProcessExit;
    const void *handle = actor->handle;
    if (!player_is_open(player, handle) || player->closed_count == player->room)
        return;
    platform_unlock(&player->lock);
    bool exited = has_exited(player, process, handle); /* nobody closes it meanwhile: all clients wait, or are done */
    platform_lock(&player->lock);
    if (exited)
        return;
    player->closed[player->closed_count++] = handle;
    struct close_call *given = allocate_zeros(1, sizeof *given);
    *given = (struct close_call){player, process ? FUNCTION_HcsCloseProcess : FUNCTION_HcsCloseComputeSystem, handle};
    player->endings++;
    if (!platform_thread_start(end_wait, given))
        abort();
}

static void end_vain_waits(struct schedule_player *player)
{
    platform_lock(&player->lock);
    pass_until(player, only_exits_are_awaited);
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        end_vain_wait(player, &player->clients[i]);
    for (unsigned i = 0; i < player->arrived; i++)
        end_vain_wait(player, &player->invocations[i]);
    platform_unlock(&player->lock);
}

/* Every call of a client or of a callback must return. */
static void expect_returns(struct schedule_player *player)
{
    platform_lock(&player->lock);
    pass_until(player, all_returned);
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        if (player->clients[i].busy)
            player_break(player, "%s of c%u never returns", spec_functions[player->clients[i].todo->function].name, i);
    for (unsigned i = 0; i < player->arrived; i++)
        if (player->invocations[i].busy)
            player_break(player, "%s inside a callback never returns",
                spec_functions[player->invocations[i].todo->function].name);
    platform_unlock(&player->lock);
}

/* Closes the handles that the schedule left open. */
static void close_all(struct schedule_player *player)
{
    static const struct {
        int function, count;
    } kinds[] = {{FUNCTION_HcsCloseProcess, MOVE_PROCESSES}, {FUNCTION_HcsCloseComputeSystem, MOVE_SYSTEMS},
        {FUNCTION_HcsCloseOperation, MOVE_OPERATIONS}};
    void **const handles[] = {player->processes, player->systems, player->operations};
    for (int kind = 0; kind < 3; kind++)
        for (int i = 0; i < kinds[kind].count && !player->law[0]; i++) {
            struct move move = {.kind = MOVE_CALL, .function = (uint8_t)kinds[kind].function, .choice = {(int8_t)i}};
            if (player_is_open(player, handles[kind][i]))
                (void)actors_call(player, &move);
        }
}

bool player_play(const struct target *target, const struct schedule *schedule, unsigned attempt, char law[PLAYER_TEXT])
{
    static unsigned sequence;
    struct schedule_player *player =
        allocate_zeros(1, sizeof *player); /* never freed: late callbacks may still use it */
    bool *made = allocate_zeros(schedule->count + 1, sizeof *made);
    player->room = (unsigned)schedule->count + MOVE_OPERATIONS + MOVE_SYSTEMS + MOVE_PROCESSES; /* closed at the end */
    player->closed = allocate_zeros(player->room, sizeof *player->closed);
    player->registrations = allocate_zeros(player->room, sizeof *player->registrations);
    player->uses = allocate_zeros(player->room, sizeof *player->uses);
    player->target = target;
    player->schedule = schedule;
    player->lock = (struct platform_mutex)PLATFORM_MUTEX;
    player->changed = (struct platform_condition)PLATFORM_CONDITION;
    sequence++;
    for (int i = 0; i < MOVE_IDS; i++)
        snprintf(player->ids[i], ID_BYTES, "hcs-conformance-%u-s%u%c", program_id(), sequence, 'a' + i);
    player_find_simulator(player, schedule->seed);
    if (!actors_start(player))
        abort();
    make_moves(player, attempt, made);
    end_systems(player);
    expect_completions(player);
    expect_exits(player);
    end_vain_waits(player);
    expect_returns(player);
    close_all(player);
    player_pass(player, ENTER_MS); /* for callbacks that begin after a close */
    free(made);
    platform_lock(&player->lock);
    memcpy(law, player->law, PLAYER_TEXT);
    platform_unlock(&player->lock);
    return !law[0];
}
