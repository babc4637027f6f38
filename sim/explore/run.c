/* Runs. Entry points: run_seed(), run_schedule(). */
#include "run.h"
#include <stdlib.h>

HRESULT run_seed(struct world *world, const struct run_options *options, uint64_t seed, struct coverage *coverage)
{
    static struct draw draw;
    unsigned count;
    struct move move;
    char *drawn = options->scenario ? NULL : schedule_draw_faults(seed, UINT64_MAX, &count);
    HRESULT result = world_begin(world, options->scenario ? options->scenario : drawn, seed, coverage);
    free(drawn);
    if (FAILED(result))
        return result;
    draw_begin(&draw, seed, options->clients);
    for (unsigned i = 0; i < options->steps && !world->model.broken[0] && draw_move(&draw, world, &move); i++) {
        if (options->moving)
            options->moving(options->context, &move);
        bool made = world_move(world, &move); /* one that means nothing is a step all the same */
        if (made && options->called && move.kind == MOVE_CALL)
            options->called(options->context, &world->model);
    }
    if (!world->model.broken[0])
        world_finish(world);
    return S_OK;
}

HRESULT run_schedule(struct world *world, const struct schedule *schedule, struct coverage *coverage, uint64_t *times)
{
    unsigned count;
    char *drawn = schedule->scenario ? NULL : schedule_draw_faults(schedule->seed, schedule->faults, &count);
    HRESULT result = world_begin(world, schedule->scenario ? schedule->scenario : drawn, schedule->seed, coverage);
    free(drawn);
    if (FAILED(result))
        return result;
    for (size_t i = 0; i < schedule->count && !world->model.broken[0]; i++) {
        bool made = world_move(world, &schedule->moves[i]);
        if (times)
            times[i] = made ? world_now() : UINT64_MAX;
    }
    if (!world->model.broken[0])
        world_finish(world);
    return S_OK;
}
