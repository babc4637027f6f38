/* Throughput of two and four threads of a client, each with processes in a system of its own. Two threads run for a
   tenth of a millisecond, again and again; the fastest of these windows counts, since nothing else then used their
   processors. Four threads, which often share processors, are measured by lifecycles per second relative to two. Exit
   code 1 when two threads make fewer than one, or four fewer than two. */
#include "benchmark.h"
#include <computecore.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define PROCESS                                                                                                        \
    u"{\"CommandLine\":\"cmd /c exit 0\",\"WorkingDirectory\":\"C:\\\\Windows\",\"User\":\"ContainerUser\","           \
    u"\"Environment\":{\"PATH\":\"C:\\\\Windows;C:\\\\Windows\\\\System32\",\"TEMP\":\"C:\\\\Windows\\\\Temp\","       \
    u"\"NAME\":\"bench\"},\"EmulateConsole\":false,\"CreateStdInPipe\":false,\"CreateStdOutPipe\":false}"

enum { MOST_THREADS = 4, ROUNDS = 10000, WINDOW = 50, WINDOWS = 3000 };

static HCS_SYSTEM systems[MOST_THREADS];

static void must(HRESULT result)
{
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "bench-threads: a call answered 0x%08X\n", (unsigned)result);
    exit(2);
}

static void open_systems(void)
{
    static const PCWSTR ids[MOST_THREADS] = {u"a", u"b", u"c", u"d"};
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    for (int i = 0; i < MOST_THREADS; i++) {
        must(HcsCreateComputeSystem(ids[i], CONTAINER, operation, NULL, &systems[i]));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        must(HcsStartComputeSystem(systems[i], operation, NULL));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    }
    HcsCloseOperation(operation);
}

static void lifecycles(HCS_SYSTEM system, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        HCS_PROCESS process;
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        must(HcsCreateProcess(system, PROCESS, operation, NULL, &process));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        must(HcsWaitForProcessExit(process, INFINITE, NULL));
        HcsCloseProcess(process);
        HcsCloseOperation(operation);
    }
}

static void *run_lifecycles(void *system)
{
    lifecycles(system, ROUNDS);
    return NULL;
}

static double run_threads(void *(*run)(void *), void *const *arguments, int threads)
{
    pthread_t thread[MOST_THREADS];
    double begin = benchmark_time();
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, run, arguments[i]))
            exit(2);
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return benchmark_time() - begin;
}

/* Returns the lifecycles per second of that many threads together. */
static double rate(int threads)
{
    return threads * ROUNDS / run_threads(run_lifecycles, (void *const *)systems, threads);
}

struct side {
    HCS_SYSTEM system;
    atomic_int window; /* begun */
    double begin[WINDOWS], end[WINDOWS];
};
static struct side sides[2];
static int side_count, processors;

/* Pins each side to a processor of its own, if there are two. */
static void stay_apart(const struct side *side)
{
    cpu_set_t all, own;
    size_t processor = 0;
    sched_getaffinity(0, sizeof all, &all);
    for (bool skip = processors > 1 && side == &sides[1]; skip || !CPU_ISSET(processor, &all); processor++)
        skip = skip && !CPU_ISSET(processor, &all);
    CPU_ZERO(&own);
    CPU_SET(processor, &own);
    sched_setaffinity(0, sizeof own, &own);
}

/* The sides wait for each other before each window. */
static void *windows(void *own)
{
    struct side *side = own;
    stay_apart(side);
    for (int i = 0; i < WINDOWS; i++) {
        atomic_store(&side->window, i + 1);
        for (int other = 0; other < side_count; other++)
            while (atomic_load(&sides[other].window) <= i)
                if (processors == 1)
                    sched_yield();
        side->begin[i] = benchmark_time();
        lifecycles(side->system, WINDOW);
        side->end[i] = benchmark_time();
    }
    return NULL;
}

/* Seconds from the start of the first side to the end of the last. */
static double time_of(int window, int count)
{
    double begin = sides[0].begin[window], end = sides[0].end[window];
    if (count == 1)
        return end - begin;
    begin = benchmark_least(begin, sides[1].begin[window]);
    return (end > sides[1].end[window] ? end : sides[1].end[window]) - begin;
}

/* Seconds that the quickest window takes. */
static double window_time(int count)
{
    void *arguments[2] = {&sides[0], &sides[1]};
    double least = 1e18;
    side_count = count;
    for (int i = 0; i < 2; i++) {
        sides[i].system = systems[i];
        atomic_store(&sides[i].window, 0);
    }
    (void)run_threads(windows, arguments, count);
    for (int i = 0; i < WINDOWS; i++)
        least = benchmark_least(least, time_of(i, count));
    return least;
}

int main(void)
{
    open_systems();
    (void)rate(1);
    cpu_set_t all;
    sched_getaffinity(0, sizeof all, &all);
    processors = CPU_COUNT(&all);
    printf("%d processors\n", processors);
    for (int run = 0; run < BENCHMARK_RUNS; run++) {
        double one = window_time(1), two = window_time(2), rate_two = rate(2), rate_four = rate(4);
        printf("a lifecycle: %.0f ns alone, %.0f ns beside another; a second: %.0f with two threads, %.0f with four\n",
            one * 1e9 / WINDOW, two * 1e9 / WINDOW, rate_two, rate_four);
        benchmark_add(FIGURE_TWO_THREADS, 2 * one / two);
        benchmark_add(FIGURE_FOUR_THREADS, rate_four / rate_two);
    }
    return benchmark_end();
}
