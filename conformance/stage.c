/* The conductor: hands out the moves of a schedule, then ends everything and looks what is left. Entry point:
   stage_play(). */
#include "stage.h"
#include "platform/child.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include "stage_parts.h"
#include "world.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MILLISECOND 1000000u
enum {
    ENTER_MS = 20,       /* a call that is to wait has entered the library by then */
    STEP_MS = 500,       /* a call that is to return, or a callback that is to begin, has done so by then */
    ENGINE_MS = 250,     /* what is under way gets done in that time */
    COMPLETE_MS = 30000, /* everything that was begun completes, and every call returns */
    LOOK_MS = 5,
    MOST_SHIFT_US = 500,
};

void stage_break(struct stage *stage, const char *format, ...)
{
    va_list arguments;
    if (stage->law[0])
        return;
    va_start(arguments, format);
    vsnprintf(stage->law, sizeof stage->law, format, arguments);
    va_end(arguments);
    platform_notify_all(&stage->changed);
}

bool stage_is_open(const struct stage *stage, const void *handle)
{
    for (unsigned i = 0; i < stage->closed_count; i++)
        if (stage->closed[i] == handle)
            return false;
    return handle != NULL;
}

/* --- time --- */

/* Lets time pass for the target: real time, or the simulator's, of which a millisecond takes none. Lock not held. */
static void pass(struct stage *stage, unsigned milliseconds)
{
    uint64_t until = platform_time() + (uint64_t)(stage->advance ? LOOK_MS : milliseconds) * MILLISECOND;
    if (stage->advance)
        (void)stage->advance((uint64_t)milliseconds * MILLISECOND);
    platform_lock(&stage->lock);
    while (platform_time() < until)
        platform_wait(&stage->changed, &stage->lock, until);
    platform_unlock(&stage->lock);
}

/* Waits until the actor's call is over, while time passes for the target. Lock held. */
static bool idle_within(struct stage *stage, const struct actor *actor, unsigned milliseconds, bool passing)
{
    uint64_t until = platform_time() + (uint64_t)milliseconds * MILLISECOND;
    while (actor->todo && platform_time() < until && !stage->law[0]) {
        uint64_t look = platform_time() + LOOK_MS * MILLISECOND;
        platform_wait(&stage->changed, &stage->lock, look < until ? look : until);
        if (passing && actor->todo && stage->advance) {
            platform_unlock(&stage->lock);
            (void)stage->advance((uint64_t)ENGINE_MS * MILLISECOND);
            platform_lock(&stage->lock);
        }
    }
    return !actor->todo;
}

/* --- what can be played --- */

/* What ends a run, whatever its moves were. */
static const int ending[] = {FUNCTION_HcsOpenComputeSystem, FUNCTION_HcsTerminateComputeSystem,
    FUNCTION_HcsCloseComputeSystem, FUNCTION_HcsCloseProcess, FUNCTION_HcsCreateOperation, FUNCTION_HcsCloseOperation,
    FUNCTION_HcsWaitForOperationResult};

bool stage_refuses(const struct target *target, const struct schedule *schedule, char what[STAGE_TEXT])
{
    what[0] = 0;
    if (schedule->scenario || schedule->faults)
        snprintf(what, STAGE_TEXT, "it has a scenario, which no host can be made to follow");
    for (size_t i = 0; i < schedule->count && !what[0]; i++) {
        const struct move *move = &schedule->moves[i];
        const char *name = spec_functions[move->function].name;
        if (move->kind != MOVE_CALL)
            continue;
        if (move->fault)
            snprintf(what, STAGE_TEXT, "move %zu: no host can be told that %s goes wrong", i + 1, name);
        else if (!target->function[move->function])
            snprintf(what, STAGE_TEXT, "move %zu: the target does not export %s", i + 1, name);
    }
    for (size_t i = 0; i < sizeof ending / sizeof *ending && !what[0]; i++)
        if (!target->function[ending[i]])
            snprintf(what, STAGE_TEXT, "the target does not export %s", spec_functions[ending[i]].name);
    return what[0];
}

/* --- moves --- */

/* Callbacks get the parts k0, k1 … in the order in which those begin; NULL: none is there. */
static struct actor *actor_of(struct stage *stage, unsigned number, const unsigned parts[MOVE_CALLBACKS])
{
    if (number < MOVE_CLIENTS)
        return &stage->clients[number];
    unsigned part = parts[number - MOVE_CLIENTS];
    return part ? &stage->invocations[part - 1] : NULL;
}

/* A callback that has come and has no part gets it. Lock held. */
static bool begin_callback(struct stage *stage, unsigned *part, unsigned milliseconds)
{
    uint64_t until = platform_time() + (uint64_t)milliseconds * MILLISECOND;
    while (stage->playing == stage->arrived && platform_time() < until)
        platform_wait(&stage->changed, &stage->lock, until);
    if (stage->playing == stage->arrived)
        return false;
    *part = ++stage->playing;
    return true;
}

static void end_callback(struct stage *stage, struct actor *actor)
{
    uint64_t until = platform_time() + STEP_MS * (uint64_t)MILLISECOND;
    actor->leave = true;
    platform_notify_all(&stage->changed);
    while (actor->there && platform_time() < until)
        platform_wait(&stage->changed, &stage->lock, until);
}

/* Does the call wait, by the schedule? Then the next move of its actor is that it goes on. */
static bool waits(const struct schedule *schedule, size_t at)
{
    for (size_t i = at + 1; i < schedule->count; i++)
        if (schedule->moves[i].kind != MOVE_ENGINE && schedule->moves[i].actor == schedule->moves[at].actor)
            return schedule->moves[i].kind == MOVE_WAKE || schedule->moves[i].kind == MOVE_TIME_OUT;
    return false;
}

/* Lock held. A move that has become impossible, since the run is another one, is passed over. */
static void make_move(struct stage *stage, size_t at, unsigned parts[MOVE_CALLBACKS])
{
    const struct move *move = &stage->schedule->moves[at];
    struct actor *actor = move->kind == MOVE_ENGINE ? NULL : actor_of(stage, move->actor, parts);
    switch (move->kind) {
    case MOVE_ENGINE:
        platform_unlock(&stage->lock);
        pass(stage, ENGINE_MS);
        platform_lock(&stage->lock);
        break;
    case MOVE_BEGIN:
        (void)begin_callback(stage, &parts[move->actor - MOVE_CLIENTS], STEP_MS);
        break;
    case MOVE_END:
        if (actor)
            end_callback(stage, actor);
        break;
    case MOVE_WAKE:
    case MOVE_TIME_OUT:
        if (actor)
            (void)idle_within(stage, actor, STEP_MS, true);
        break;
    default:
        if (!actor || !actor->there || !idle_within(stage, actor, STEP_MS, true) || !actors_can_make(stage, move))
            break;
        actor->todo = move;
        platform_notify_all(&stage->changed);
        (void)idle_within(stage, actor, waits(stage->schedule, at) ? ENTER_MS : STEP_MS, false);
    }
}

/* --- the order --- */

static unsigned draw(uint64_t *state, unsigned below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((*state >> 33) % below);
}

/* The next of the moves from "then" on, drawn among those that come next for their actor; count: there is none. */
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

static void make_moves(struct stage *stage, unsigned attempt, bool *made)
{
    const struct schedule *schedule = stage->schedule;
    unsigned parts[MOVE_CALLBACKS] = {0};
    uint64_t random = attempt * 0x9E3779B97F4A7C15u;
    bool drawn = schedule->setup && attempt;
    size_t ordered = drawn ? schedule->setup : schedule->count;
    platform_lock(&stage->lock);
    for (size_t i = 0; i < ordered && !stage->law[0]; i++) {
        bool again = i && schedule->moves[i].kind == MOVE_ENGINE && schedule->moves[i - 1].kind == MOVE_ENGINE;
        if (attempt && !again) {
            uint64_t until = platform_time() + draw(&random, MOST_SHIFT_US) * 1000u;
            while (platform_time() < until)
                platform_wait(&stage->changed, &stage->lock, until);
        }
        if (!again) /* one while is enough for whatever is under way */
            make_move(stage, i, parts);
    }
    for (size_t i; drawn && !stage->law[0] && (i = draw_next(schedule, made, &random)) < schedule->count;
         made[i] = true) {
        make_move(stage, i, parts);
        if (!draw(&random, 3)) { /* and now and then the target is let go on */
            platform_unlock(&stage->lock);
            pass(stage, ENGINE_MS);
            platform_lock(&stage->lock);
        }
    }
    stage->over = true;
    platform_notify_all(&stage->changed);
    platform_unlock(&stage->lock);
}

/* --- the end --- */

static uint64_t call_with(struct stage *stage, int function, const union spec_argument *arguments)
{
    return spec_functions[function].call(stage->target->function[function], arguments);
}

static HRESULT wait_for(struct stage *stage, void *operation)
{
    union spec_argument arguments[3] = {{.pointer = operation}, {.number = 0}, {.pointer = NULL}};
    uint64_t until = platform_time() + COMPLETE_MS * (uint64_t)MILLISECOND;
    HRESULT result;
    do {
        result = (HRESULT)call_with(stage, FUNCTION_HcsWaitForOperationResult, arguments);
        if (result == HCS_E_OPERATION_TIMEOUT)
            pass(stage, 50);
    } while (result == HCS_E_OPERATION_TIMEOUT && platform_time() < until);
    return result;
}

/* Every system of this attempt is ended, whoever still holds it. */
static void end_systems(struct stage *stage)
{
    for (int i = 0; i < MOVE_IDS; i++) {
        void *system = NULL;
        PWSTR id = to_utf16(stage->ids[i]);
        union spec_argument open[3] = {{.pointer = id}, {.number = GENERIC_ALL}, {.pointer = &system}};
        union spec_argument none[2] = {{.pointer = NULL}, {.pointer = NULL}};
        void *operation = (void *)(uintptr_t)call_with(stage, FUNCTION_HcsCreateOperation, none);
        if (SUCCEEDED((HRESULT)call_with(stage, FUNCTION_HcsOpenComputeSystem, open)) && system) {
            union spec_argument end[3] = {{.pointer = system}, {.pointer = operation}, {.pointer = NULL}};
            if (SUCCEEDED((HRESULT)call_with(stage, FUNCTION_HcsTerminateComputeSystem, end)))
                (void)wait_for(stage, operation); /* an end that is not complete shows in what was under way */
            union spec_argument close[1] = {{.pointer = system}};
            call_with(stage, FUNCTION_HcsCloseComputeSystem, close);
        }
        union spec_argument close[1] = {{.pointer = operation}};
        call_with(stage, FUNCTION_HcsCloseOperation, close);
        free(id);
    }
}

static void expect_completions(struct stage *stage)
{
    for (int i = 0; i <= MOVE_OPERATIONS && !stage->law[0]; i++)
        if (stage->begun[i] && stage_is_open(stage, stage->operations[i]) &&
            wait_for(stage, stage->operations[i]) == HCS_E_OPERATION_TIMEOUT) {
            platform_lock(&stage->lock);
            stage_break(stage, "the operation o%d never completes", i);
            platform_unlock(&stage->lock);
        }
}

/* C-26, E-12: whoever is registered hears of the exit. Not of a system that was never started: there, hosts differ. */
static void expect_exits(struct stage *stage)
{
    uint64_t until = platform_time() + COMPLETE_MS * (uint64_t)MILLISECOND;
    for (unsigned i = 0; i < stage->registration_count && stage->started && !stage->law[0]; i++) {
        const struct registration *registration = &stage->registrations[i];
        if (registration->completion || !registration->accepted)
            continue;
        while (!registration->exits && !registration->gone && platform_time() < until)
            pass(stage, 50);
        platform_lock(&stage->lock);
        if (!registration->exits && !registration->gone)
            stage_break(stage, "an exit is never told to a callback that was registered (C-26)");
        platform_unlock(&stage->lock);
    }
}

/* Clients come back from their calls, callbacks from theirs. */
static void expect_returns(struct stage *stage)
{
    uint64_t until = platform_time() + COMPLETE_MS * (uint64_t)MILLISECOND;
    bool running = true;
    platform_lock(&stage->lock);
    while (running && platform_time() < until) {
        running = stage->threads;
        for (unsigned i = 0; i < stage->arrived; i++)
            running |= stage->invocations[i].there;
        if (running)
            platform_wait(&stage->changed, &stage->lock, platform_time() + LOOK_MS * MILLISECOND);
        if (running && stage->advance) {
            platform_unlock(&stage->lock);
            (void)stage->advance(MILLISECOND);
            platform_lock(&stage->lock);
        }
    }
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        if (stage->clients[i].busy)
            stage_break(stage, "%s of c%u never returns", spec_functions[stage->clients[i].todo->function].name, i);
    for (unsigned i = 0; i < stage->arrived; i++)
        if (stage->invocations[i].busy)
            stage_break(
                stage, "%s inside a callback never returns", spec_functions[stage->invocations[i].todo->function].name);
    platform_unlock(&stage->lock);
}

/* What nobody closed is closed here, as by a client of its own. */
static void close_all(struct stage *stage)
{
    static const struct {
        int function, count;
    } kinds[] = {{FUNCTION_HcsCloseProcess, MOVE_PROCESSES}, {FUNCTION_HcsCloseComputeSystem, MOVE_SYSTEMS},
        {FUNCTION_HcsCloseOperation, MOVE_OPERATIONS}};
    void **const handles[] = {stage->processes, stage->systems, stage->operations};
    for (int kind = 0; kind < 3; kind++)
        for (int i = 0; i < kinds[kind].count && !stage->law[0]; i++) {
            struct move move = {.kind = MOVE_CALL, .function = (uint8_t)kinds[kind].function, .choice = {(int8_t)i}};
            if (stage_is_open(stage, handles[kind][i]))
                (void)actors_call(stage, &move);
        }
}

static void find_simulator(struct stage *stage, uint64_t seed)
{
    int32_t (*reset)(PCWSTR, const uint64_t *);
    void *address = library_symbol(stage->target->library, "HcsSimReset");
    void *advance = library_symbol(stage->target->library, "HcsSimAdvance");
    if (!address || !advance)
        return;
    char text[64];
    snprintf(text, sizeof text, "{\"%s\":\"%s\"}", FIELD_Scenario_time, VALUE_ScenarioTime_Manual);
    PWSTR scenario = to_utf16(text);
    memcpy(&reset, &address, sizeof reset);
    if (SUCCEEDED(reset(scenario, &seed)))
        memcpy(&stage->advance, &advance, sizeof stage->advance);
    free(scenario);
}

bool stage_play(const struct target *target, const struct schedule *schedule, unsigned attempt, char law[STAGE_TEXT])
{
    static unsigned sequence;
    struct stage *stage = calloc(1, sizeof *stage); /* callbacks that come too late may still look at it: it is kept */
    bool *made = calloc(schedule->count + 1, sizeof *made);
    if (!stage || !made)
        abort();
    stage->target = target;
    stage->schedule = schedule;
    stage->lock = (struct platform_mutex)PLATFORM_MUTEX;
    stage->changed = (struct platform_condition)PLATFORM_CONDITION;
    sequence++;
    for (int i = 0; i < MOVE_IDS; i++)
        snprintf(stage->ids[i], ID_BYTES, "hcs-conformance-%u-s%u%c", program_id(), sequence, 'a' + i);
    find_simulator(stage, schedule->seed);
    if (!actors_start(stage))
        abort();
    make_moves(stage, attempt, made);
    end_systems(stage);
    expect_completions(stage);
    expect_exits(stage);
    expect_returns(stage);
    close_all(stage);
    pass(stage, ENTER_MS); /* for what comes after a close */
    free(made);
    platform_lock(&stage->lock);
    memcpy(law, stage->law, STAGE_TEXT);
    platform_unlock(&stage->lock);
    return !law[0];
}
