/* Cost of a call in the explorer (drawing it, making it, checking it against the model, its share of events and
   callbacks), as a ratio to the cheapest pair of calls made directly. Exit code 1 when fewer than 1,000,000 calls a
   second are made on one core, or fewer than 30 in 100 of them reach the engine; 2 when a law is broken. */
#include "benchmark.h"
#include "explore/run.h"
#include <computecore.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 1000, STEPS = 1000, PAIRS = 500000, REPEATS = 3 };

static struct exploration exploration;
static struct coverage coverage;

static double explore(void)
{
    static const struct run_options options = {NULL, STEPS, 0, NULL, NULL, NULL};
    double start = benchmark_work();
    exploration.model.calls = exploration.model.engine_calls = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        if (FAILED(run_seed(&exploration, &options, seed, &coverage)) || exploration.model.broken[0])
            exit(2);
    return benchmark_work() - start;
}

static double pairs(void)
{
    double start = benchmark_work();
    for (int i = 0; i < PAIRS; i++)
        HcsCloseOperation(HcsCreateOperation(NULL, NULL));
    return benchmark_work() - start;
}

int main(void)
{
    for (int run = 0; run < BENCHMARK_RUNS; run++) {
        double best = 1e18, pair = 1e18;
        for (int i = 0; i < REPEATS; i++) {
            best = benchmark_least(best, explore());
            pair = benchmark_least(pair, pairs());
        }
        double calls = (double)exploration.model.calls;
        benchmark_add(FIGURE_EXPLORED, best / calls / (pair / (2.0 * PAIRS)));
        benchmark_add(FIGURE_EXPLORED_RATE, calls / best);
        benchmark_add(FIGURE_ENGINE_SHARE, (double)exploration.model.engine_calls / calls);
    }
    return benchmark_end();
}
