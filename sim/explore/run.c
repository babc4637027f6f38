/* Runs. Entry points: run_seed(), run_schedule(). */
#include "run.h"
#include "backend/sim.h"
#include <stdlib.h>

HRESULT run_seed(
    struct exploration *exploration, const struct run_options *options, uint64_t seed, struct coverage *coverage)
{
    static struct draw draw;
    unsigned count;
    struct move move;
    char *drawn = options->scenario ? NULL : schedule_draw_faults(seed, UINT64_MAX, &count);
    HRESULT result = exploration_begin(exploration, options->scenario ? options->scenario : drawn, seed, coverage);
    free(drawn);
    if (FAILED(result))
        return result;
    draw_begin(&draw, seed, options->clients);
    for (unsigned i = 0; i < options->steps && !exploration->model.broken[0] && draw_move(&draw, exploration, &move);
         i++) {
        if (options->moving)
            options->moving(options->context, &move);
        bool made = exploration_move(exploration, &move); /* an impossible move counts as a step too */
        if (made && options->called && move.kind == MOVE_CALL)
            options->called(options->context, &exploration->model);
    }
    if (!exploration->model.broken[0])
        exploration_finish(exploration);
    return S_OK;
}

/* True if any call has a fault; the run then has no other faults. */
static bool has_faults(const struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->moves[i].fault)
            return true;
    return false;
}

/* Returns how many calls of the same function a fault plan could have hit so far. */
static unsigned exposed(const struct move *move)
{
    enum request_kind kind = move->kind == MOVE_CALL ? fault_call(spec_functions[move->function].name) : REQUEST_KINDS;
    if (kind == REQUEST_KINDS)
        return 0;
    core_lock();
    unsigned count = ((const struct sim *)core_engine())->exposed[kind];
    core_unlock();
    return count;
}

HRESULT run_schedule(
    struct exploration *exploration, const struct schedule *schedule, struct coverage *coverage, struct run_step *steps)
{
    unsigned count;
    char *drawn = schedule->scenario ? NULL : schedule_draw_faults(schedule->seed, schedule->faults, &count);
    HRESULT result =
        exploration_begin(exploration, schedule->scenario ? schedule->scenario : drawn, schedule->seed, coverage);
    free(drawn);
    if (FAILED(result))
        return result;
    if (has_faults(schedule)) {
        core_lock();
        sim_leave_plan((struct sim *)core_engine());
        core_unlock();
    }
    for (size_t i = 0; i < schedule->count && !exploration->model.broken[0]; i++) {
        bool made = exploration_move(exploration, &schedule->moves[i]);
        if (steps)
            steps[i] =
                (struct run_step){made ? exploration_now() : UINT64_MAX, made ? exposed(&schedule->moves[i]) : 0};
    }
    if (!exploration->model.broken[0])
        exploration_finish(exploration);
    return S_OK;
}
