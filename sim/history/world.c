/* The model of one id. Entry point: world_step(). */
#include "world.h"
#include "explore/laws.h"
#include "spec_hresults.h"
#include <string.h>
#include <windows.h>

/* What a step is about. */
struct step {
    const struct history *history;
    const struct history_system *system;
    const struct history_act *act;
    int32_t number;
    unsigned way;
    struct world *world;
};

size_t world_size(const struct history_system *system)
{
    return sizeof(struct world) + (size_t)system->handles + system->process_count;
}

static uint8_t *process_in(const struct step *step)
{
    return &step->world->parts[step->system->handles + step->act->process];
}

static bool any_handle(const struct step *step)
{
    for (int32_t i = 0; i < step->system->handles; i++)
        if (step->world->parts[i])
            return true;
    return false;
}

bool world_begin(const struct history_system *system, unsigned way, struct world *world)
{
    static const enum spec_state states[] = {STATE_ABSENT, STATE_RUNNING, STATE_CREATED, STATE_PAUSED, STATE_EXITED};
    static const enum spec_matrix kinds[] = {MATRIX_Container, MATRIX_VirtualMachine};
    enum { STATES = sizeof states / sizeof *states };
    memset(world, 0, world_size(system));
    world->under_way = -1;
    if (!way)
        return true;
    if (!system->there_before || way > 2 * (STATES - 1))
        return false;
    world->matrix = (uint8_t)kinds[(way - 1) / (STATES - 1)];
    world->state = (uint8_t)states[(way - 1) % (STATES - 1) + 1];
    world->may_exit = true;
    return true;
}

bool world_has_two_steps(const struct history_act *act)
{
    if (act->at_once)
        return false;
    return act->kind == ACT_CREATE || (act->kind == ACT_CREATE_PROCESS && act->known && SUCCEEDED(act->result)) ||
           (act->kind == ACT_CALL && law_is_lifecycle(act->request));
}

/* One whose result nobody was told may have succeeded or failed. */
static bool fails(const struct step *step)
{
    return step->act->known ? FAILED(step->act->result) : step->way == 1;
}

/* --- what happens by itself, as late as an act allows --- */

/* The system exits, if it may. */
static bool exits(struct step *step)
{
    struct world *world = step->world;
    if (world->state == STATE_EXITED)
        return true;
    bool may_exit = !step->history->closed || world->may_exit || step->system->powers;
    if (world->state == STATE_ABSENT || !may_exit)
        return false;
    world->state = STATE_EXITED;
    world->under_way = -1;
    for (size_t i = 0; i < step->system->process_count; i++) /* HCS-ROW: P-42 */
        if (world->parts[(size_t)step->system->handles + i] == WORLD_RUNS)
            world->parts[(size_t)step->system->handles + i] = WORLD_HAS_ENDED;
    return true;
}

/* An exited system is forgotten with its last handle; a service that was restarted knows no handles. */
static bool vanishes(struct step *step)
{
    struct world *world = step->world;
    if (world->state == STATE_ABSENT)
        return true;
    if ((any_handle(step) && !step->history->restarts) || !exits(step))
        return false;
    world->state = STATE_ABSENT;
    memset(world->parts, 0, (size_t)step->system->handles);
    return true;
}

/* The last handle of a system that goes with it may be closed already. L5 */
static void look_at_handles(struct step *step)
{
    if (step->world->on_close && !any_handle(step))
        step->world->may_exit = true;
}

/* --- results --- */

static const struct spec_cell *cell_in(const struct step *step, enum spec_state state)
{
    enum spec_matrix matrix = (enum spec_matrix)step->world->matrix;
    return state_allows(matrix, matrix == MATRIX_VirtualMachine ? step->act->cell_of_machine : step->act->cell, state);
}

static HRESULT choice_in(const struct step *step, enum spec_state state)
{
    return cell_in(step, state)->choice;
}

/* True if the result of a failure depends on the state, so that it says something about it. */
static bool tells_state(const struct step *step)
{
    bool process = step->act->kind == ACT_PROCESS_CALL;
    for (int state = 0; state < STATE_COUNT; state++) {
        const struct spec_cell *cell = process ? state_allows(MATRIX_Process, step->act->cell, (enum spec_state)state)
                                               : cell_in(step, (enum spec_state)state);
        if (cell->defined && cell->choice == step->act->result)
            return true;
    }
    return false;
}

static bool is_live(const struct step *step)
{
    return step->act->handle < 0 || step->world->parts[step->act->handle];
}

/* A call on a system failed: the state says why, or nothing does. */
static bool is_refused(struct step *step)
{
    HRESULT result = step->act->result;
    if (!is_live(step) || step->act->request == REQUEST_MODIFY)
        return true;
    if (!tells_state(step))
        return !law_is_ended_code(step->act->request, result) || exits(step);
    if (choice_in(step, (enum spec_state)step->world->state) == result)
        return true;
    return (choice_in(step, STATE_EXITED) == result || law_is_ended_code(step->act->request, result)) && exits(step);
}

/* --- systems --- */

static void appears(struct step *step, enum spec_state state)
{
    struct world *world = step->world;
    world->state = (uint8_t)state;
    world->matrix = step->act->machine ? MATRIX_VirtualMachine : MATRIX_Container;
    world->on_close = step->act->on_close;
    world->may_exit = false;
    if (step->act->handle >= 0)
        world->parts[step->act->handle] = true;
}

static bool is_create_refused(struct step *step)
{
    return step->act->result != HCS_E_SYSTEM_ALREADY_EXISTS || step->world->state != STATE_ABSENT;
}

static bool create_begins(struct step *step)
{
    if (step->act->known && FAILED(step->act->result) && step->way == 1)
        return is_create_refused(step);
    bool exists = step->act->known && step->act->result == HCS_E_SYSTEM_ALREADY_EXISTS && !step->history->faults;
    if (exists || !vanishes(step))
        return false;
    appears(step, STATE_BUSY);
    step->world->under_way = step->number;
    look_at_handles(step);
    return true;
}

static bool create_ends(struct step *step)
{
    struct world *world = step->world;
    bool own = world->under_way == step->number;
    if (!fails(step)) {
        if (own) {
            world->state = STATE_CREATED;
            world->under_way = -1;
        }
        return world->state != STATE_ABSENT;
    }
    if (step->act->known &&
        law_is_ended_code(REQUEST_CREATE_SYSTEM, step->act->result)) { /* it was there, and has ended */
        world->may_exit |= own;
        return exits(step);
    }
    if (step->way == 1) { /* as if it had ended: it stays until its handles are closed. HCS-ROW: R-04 */
        world->may_exit |= own;
        return own && exits(step);
    }
    if (own) {
        world->state = STATE_ABSENT;
        world->under_way = -1;
        memset(world->parts, 0, (size_t)step->system->handles);
    }
    return true;
}

static bool step_create(struct step *step, enum world_phase phase)
{
    if (phase == WORLD_BEGIN)
        return create_begins(step);
    return phase == WORLD_END ? create_ends(step) : is_create_refused(step);
}

static bool step_open(struct step *step)
{
    if (SUCCEEDED(step->act->result)) {
        step->world->parts[step->act->handle] = true;
        return step->world->state != STATE_ABSENT;
    }
    return step->act->result != HCS_E_SYSTEM_NOT_FOUND || step->history->faults || vanishes(step);
}

static bool step_close(struct step *step)
{
    if (step->act->open && !step->world->parts[step->act->handle])
        return false; /* it would change nothing, but may yet have something to close */
    step->world->parts[step->act->handle] = false;
    look_at_handles(step);
    return true;
}

/* --- calls that change the state of a system --- */

static bool is_accepted(const struct step *step)
{
    return is_live(step) && SUCCEEDED(choice_in(step, (enum spec_state)step->world->state));
}

static void goes_under_way(struct step *step)
{
    struct world *world = step->world;
    world->back = (uint8_t)cell_in(step, (enum spec_state)world->state)->next;
    if (fails(step) && step->act->request != REQUEST_START) /* it is as before */
        world->back = world->state;
    world->state = (uint8_t)law_under_way(step->act->request);
    world->under_way = step->number;
    world->may_exit |= law_is_end(step->act->request) || fails(step);
}

static bool lifecycle_begins(struct step *step)
{
    bool known_failure = step->act->known && FAILED(step->act->result);
    if (known_failure && step->way == 1)
        return is_refused(step);
    if (!is_accepted(step) ||
        (known_failure && tells_state(step) && !law_is_ended_code(step->act->request, step->act->result)))
        return false; /* without a known result it then has no effect, and need not happen */
    goes_under_way(step);
    return true;
}

static bool comes_back(struct step *step)
{
    if (step->world->under_way == step->number) {
        step->world->state = step->world->back;
        step->world->under_way = -1;
        return true;
    }
    return false;
}

static bool lifecycle_ends(struct step *step)
{
    enum request_kind request = step->act->request;
    HRESULT result = step->act->result;
    bool own = step->world->under_way == step->number;
    if (!fails(step) && law_is_end(request)) /* HCS-ROW: S-09 */
        return request == REQUEST_SHUT_DOWN || exits(step);
    if (!fails(step))
        return comes_back(step);
    if ((step->act->known && law_is_ended_code(request, result)) ||
        (own && request == REQUEST_START)) /* HCS-ROW: S-06 */
        return !is_live(step) || exits(step);
    (void)comes_back(step); /* or it never was under way */
    return true;
}

static bool step_call(struct step *step, enum world_phase phase)
{
    if (phase == WORLD_BEGIN)
        return lifecycle_begins(step);
    if (phase == WORLD_END)
        return lifecycle_ends(step);
    if (!step->act->known)
        return false; /* it has no effect, and need not happen */
    return SUCCEEDED(step->act->result) ? is_accepted(step) : is_refused(step);
}

/* --- processes --- */

static bool process_ends(struct step *step)
{
    uint8_t *process = process_in(step);
    if (*process == WORLD_RUNS)
        *process = WORLD_HAS_ENDED;
    return *process == WORLD_HAS_ENDED;
}

static bool create_process(struct step *step, enum world_phase phase)
{
    if (phase == WORLD_BEGIN)
        return is_accepted(step);
    if (FAILED(step->act->result))
        return is_refused(step);
    *process_in(step) = WORLD_RUNS;
    return step->world->state != STATE_EXITED && step->world->state != STATE_ABSENT;
}

static bool open_process(struct step *step)
{
    if (FAILED(step->act->result))
        return true; /* of which process it speaks is not known */
    uint8_t *process = process_in(step);
    if (*process == WORLD_NO_PROCESS && !step->system->processes[step->act->process].made)
        *process = WORLD_RUNS;          /* what others have made */
    return *process != WORLD_HAS_ENDED; /* it is there before its creation is answered */
}

static bool process_call(struct step *step)
{
    struct world *world = step->world;
    HRESULT result = step->act->result;
    bool gone = world->state == STATE_EXITED || world->state == STATE_ABSENT;
    enum spec_state state = law_process_state(gone, *process_in(step) == WORLD_HAS_ENDED, world->state);
    if (*process_in(step) == WORLD_NO_PROCESS)
        return FAILED(result);
    if (state_allows(MATRIX_Process, step->act->cell, state)->choice == result)
        return true;
    if (FAILED(result) && !tells_state(step) && !law_is_ended_code(step->act->request, result))
        return true;
    if (!gone && state_allows(MATRIX_Process, step->act->cell, STATE_ENDED)->choice == result)
        return process_ends(step);
    return (state_allows(MATRIX_Process, step->act->cell, STATE_EXITED)->choice == result ||
               law_is_ended_code(step->act->request, result)) &&
           (gone || exits(step));
}

bool world_step(const struct history *history, const struct history_system *system, int32_t number,
    enum world_phase phase, unsigned way, struct world *world)
{
    struct step step = {history, system, &system->acts[number], number, way, world};
    bool two_ways = step.act->known ? FAILED(step.act->result) &&
                                          (phase == WORLD_BEGIN || (phase == WORLD_END && step.act->kind == ACT_CREATE))
                                    : phase != WORLD_ONLY;
    if (way && !two_ways)
        return false;
    switch (step.act->kind) {
    case ACT_CREATE:
        return step_create(&step, phase);
    case ACT_OPEN:
        return step_open(&step);
    case ACT_CLOSE:
        return step_close(&step);
    case ACT_CALL:
        return step_call(&step, phase);
    case ACT_EXITED:
        return !is_live(&step) || exits(&step);
    case ACT_LISTED:
        return world->state != STATE_ABSENT;
    case ACT_NOT_LISTED:
        return world->state == STATE_ABSENT || world->state == STATE_BUSY || exits(&step); /* HCS-ROW: Q-01 */
    case ACT_CREATE_PROCESS:
        return create_process(&step, phase);
    case ACT_OPEN_PROCESS:
        return open_process(&step);
    case ACT_PROCESS_CALL:
        return process_call(&step);
    case ACT_PROCESS_ENDED:
        return process_ends(&step);
    case ACT_PROCESS_RUNS:
        return *process_in(&step) == WORLD_RUNS;
    default:
        return true;
    }
}
