/* What a call of the explorer costs: drawn, made, held against the model, with its share of events and callbacks;
   beside the cheapest pair of calls there is, made straight. Exit code 1 when fewer than 1,000,000 calls a second are
   made on one core, or fewer than 30 in 100 of them reach the engine. */
#include "explore/run.h"
#include <computecore.h>
#include <stdio.h>
#include <time.h>

enum { SEEDS = 4000, STEPS = 1000, PAIRS = 2000000, REPEATS = 3 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct exploration exploration;
static struct coverage coverage;

static double explore(void)
{
    static const struct run_options options = {NULL, STEPS, 0, NULL, NULL, NULL};
    double start = now();
    exploration.model.calls = exploration.model.engine_calls = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        if (FAILED(run_seed(&exploration, &options, seed, &coverage)) || exploration.model.broken[0])
            return 1e18;
    return now() - start;
}

static double pairs(void)
{
    double start = now();
    for (int i = 0; i < PAIRS; i++)
        HcsCloseOperation(HcsCreateOperation(NULL, NULL));
    return now() - start;
}

int main(void)
{
    double best = 1e18, pair = 1e18, time;
    for (int i = 0; i < REPEATS; i++) {
        best = (time = explore()) < best ? time : best;
        pair = (time = pairs()) < pair ? time : pair;
    }
    double calls = (double)exploration.model.calls, engine = (double)exploration.model.engine_calls / calls;
    printf("%.0f calls a second, %.0f in 100 reach the engine\n", calls / best, engine * 100);
    printf("explored call / call of an operation's create and close: %.2f\n", best / calls / (pair / (2.0 * PAIRS)));
    return best >= 1e17 || calls / best < 1e6 || engine < 0.30;
}
