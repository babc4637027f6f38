/* Role: shared by the benchmarks: the figures, their limits, and printing them. A figure is measured several times,
   alternating with what it is compared with; its median counts. Callers: the benchmarks of this folder. Threads: the
   main thread of a benchmark. */
#ifndef TESTS_BENCHMARK_H
#define TESTS_BENCHMARK_H

enum { BENCHMARK_RUNS = 5 };

enum figure {
    FIGURE_FLOOR,
    FIGURE_LIFECYCLE,
    FIGURE_PIPES,
    FIGURE_SIZES,
    FIGURE_BYTES,
    FIGURE_SUITE,
    FIGURE_TWO_THREADS,
    FIGURE_FOUR_THREADS,
    FIGURE_SCALE,
    FIGURE_SCALE_BYTES,
    FIGURE_EXPLORED,
    FIGURE_EXPLORED_RATE,
    FIGURE_ENGINE_SHARE,
    FIGURE_READER,
    FIGURE_HOST_PROCESS,
    FIGURE_HOST_PROCESS_LXC,
    FIGURE_HOST_PROCESS_RUNC,
    FIGURE_HOST_CONTAINER,
    FIGURE_HOST_OUTPUT,
    FIGURE_HOST_KEEPER,
    FIGURE_HOST_ADOPTION,
    FIGURE_DAEMON_CALL,
    FIGURE_DAEMON_LIFECYCLE,
    FIGURE_DAEMON_ONE,
    FIGURE_DAEMON_TOGETHER,
    FIGURE_DAEMON_EIGHT,
    FIGURE_DAEMON_START,
    FIGURE_DAEMON_MEMORY,
    FIGURES
};

/* Seconds on a monotonic clock. */
double benchmark_time(void);
/* Seconds of processor time of this process's threads; other load on the machine is not included. */
double benchmark_work(void);
/* The smaller of both. */
double benchmark_least(double a, double b);
/* The median of some values, which it sorts; 0 of none. */
double benchmark_median(double *values, int count);
/* The 99th of a hundred of values that benchmark_median() has sorted. */
double benchmark_p99(const double *values, int count);
/* Records the value of one run. */
void benchmark_add(enum figure figure, double value);
/* Prints a line for each figure that was added: median, minimum and maximum of its runs, limit, and OVER if the limit
   is exceeded. Returns the exit code of the benchmark: 1 if a limit is exceeded. */
int benchmark_end(void);

#endif
