/* Figures of the benchmarks and their limits. Entry points: benchmark_add(), benchmark_end(). */
#include "benchmark.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { AT_MOST, AT_LEAST };

static const struct {
    const char *name;
    int sense;
    double limit;
} figures[FIGURES] = {
    [FIGURE_FLOOR] = {"floor / cJSON parse and delete", AT_MOST, 2.6},
    [FIGURE_LIFECYCLE] = {"lifecycle of a process / floor", AT_MOST, 2.0},
    [FIGURE_PIPES] = {"lifecycle with three pipes / three pipes and one without", AT_MOST, 1.3},
    [FIGURE_SIZES] = {"end and create at 100,000 live / at 10", AT_MOST, 1.3},
    [FIGURE_BYTES] = {"bytes a live process without pipes", AT_MOST, 1024},
    [FIGURE_SUITE] = {"seconds for the whole suite", AT_MOST, 5.0},
    [FIGURE_TWO_THREADS] = {"two threads on two systems / one", AT_LEAST, 1.0},
    [FIGURE_FOUR_THREADS] = {"four threads on four systems / two", AT_LEAST, 1.0},
    [FIGURE_SCALE] = {"end and create at 1,000,000 live / at 1,000", AT_MOST, 1.5},
    [FIGURE_SCALE_BYTES] = {"bytes a live process, its share of a system with it", AT_MOST, 1073.7},
    [FIGURE_EXPLORED] = {"explored call / half of an operation's create and close", AT_MOST, 30.0},
    [FIGURE_EXPLORED_RATE] = {"explored calls a second", AT_LEAST, 1e6},
    [FIGURE_ENGINE_SHARE] = {"share of explored calls that reach the engine", AT_LEAST, 0.3},
    [FIGURE_READER] = {"line of ping that a client reads / line between two threads", AT_MOST, 10.0},
    [FIGURE_HOST_PROCESS] = {"process in a container / fork, exec and wait", AT_MOST, 2.5},
    [FIGURE_HOST_PROCESS_LXC] = {"lxc-attach / process in a container", AT_LEAST, 2.5},
    [FIGURE_HOST_PROCESS_RUNC] = {"runc exec / process in a container", AT_LEAST, 6.0},
    [FIGURE_HOST_CONTAINER] = {"runc run / container with a process", AT_LEAST, 3.0},
    [FIGURE_HOST_OUTPUT] = {"output of a process / of a plain pipe", AT_LEAST, 0.95},
    [FIGURE_HOST_KEEPER] = {"KiB of a keeper beyond liblxc's monitor", AT_MOST, 300},
    [FIGURE_HOST_ADOPTION] = {"seconds to adopt a thousand containers", AT_MOST, 1.0},
    [FIGURE_DAEMON_CALL] = {"call of computecored / round trip between two processes", AT_MOST, 2.0},
    [FIGURE_DAEMON_LIFECYCLE] = {"lifecycle through computecored / such a round trip", AT_MOST, 4.0},
    [FIGURE_DAEMON_ONE] = {"calls of computecored a second, one client", AT_LEAST, 1e5},
    [FIGURE_DAEMON_TOGETHER] = {"the same with 64 on their way", AT_LEAST, 1e5},
    [FIGURE_DAEMON_EIGHT] = {"calls of computecored a second, eight clients", AT_LEAST, 1.5e5},
    [FIGURE_DAEMON_START] = {"ms to the first answer of a new computecored", AT_MOST, 15},
    [FIGURE_DAEMON_MEMORY] = {"MiB of computecored for 10,000 systems", AT_MOST, 8},
};

static double values[FIGURES][BENCHMARK_RUNS];
static int counts[FIGURES];

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double benchmark_time(void)
{
    return seconds(CLOCK_MONOTONIC);
}

double benchmark_work(void)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double benchmark_least(double a, double b)
{
    return a < b ? a : b;
}

void benchmark_add(enum figure figure, double value)
{
    if (counts[figure] < BENCHMARK_RUNS)
        values[figure][counts[figure]++] = value;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double benchmark_median(double *values_of, int count)
{
    if (count <= 0)
        return 0;
    qsort(values_of, (size_t)count, sizeof *values_of, compare);
    return values_of[count / 2];
}

double benchmark_p99(const double *sorted, int count)
{
    return count > 0 ? sorted[(count - 1) * 99 / 100] : 0;
}

int benchmark_end(void)
{
    int exit_code = 0;
    for (int i = 0; i < FIGURES; i++) {
        if (!counts[i])
            continue;
        double *sorted = values[i];
        double median = benchmark_median(sorted, counts[i]);
        bool over = figures[i].sense == AT_MOST ? median > figures[i].limit : median < figures[i].limit;
        printf("%-60s %10.2f  (%.2f to %.2f; %s %.2f)%s\n", figures[i].name, median, sorted[0], sorted[counts[i] - 1],
            figures[i].sense == AT_MOST ? "at most" : "at least", figures[i].limit, over ? "  OVER" : "");
        exit_code |= over;
    }
    return exit_code;
}
