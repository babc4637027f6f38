/* What a second and a fourth thread of a client add, each with processes in a system of its own: lifecycles a second
   beside those of one thread, medians of five runs in turn. Exit code 1 when two threads make fewer than one, or four
   fewer than two. */
#include <computecore.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define PROCESS                                                                                                        \
    u"{\"CommandLine\":\"cmd /c exit 0\",\"WorkingDirectory\":\"C:\\\\Windows\",\"User\":\"ContainerUser\","           \
    u"\"Environment\":{\"PATH\":\"C:\\\\Windows;C:\\\\Windows\\\\System32\",\"TEMP\":\"C:\\\\Windows\\\\Temp\","       \
    u"\"NAME\":\"bench\"},\"EmulateConsole\":false,\"CreateStdInPipe\":false,\"CreateStdOutPipe\":false}"

enum { MOST_THREADS = 4, SIZES = 3, RUNS = 5, ROUNDS = 40000 };

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

static void *lifecycles(void *own)
{
    HCS_SYSTEM system = own;
    for (int i = 0; i < ROUNDS; i++) {
        HCS_PROCESS process;
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        must(HcsCreateProcess(system, PROCESS, operation, NULL, &process));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        must(HcsWaitForProcessExit(process, INFINITE, NULL));
        HcsCloseProcess(process);
        HcsCloseOperation(operation);
    }
    return NULL;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Lifecycles a second of so many threads together. */
static double rate(int threads)
{
    pthread_t thread[MOST_THREADS];
    double begin = now();
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, lifecycles, systems[i]))
            exit(2);
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return threads * ROUNDS / (now() - begin);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, RUNS, sizeof *values, compare);
    return values[RUNS / 2];
}

static int minimum(const char *what, double ratio, double limit, double goal)
{
    printf("%-44s %5.2f  (at least %.2f, goal %.2f)%s\n", what, ratio, limit, goal, ratio < limit ? "  OVER" : "");
    return ratio < limit;
}

int main(void)
{
    double rates[SIZES][RUNS];
    open_systems();
    (void)rate(1);
    for (int run = 0; run < RUNS; run++)
        for (int size = 0; size < SIZES; size++)
            rates[size][run] = rate(1 << size);
    double one = median(rates[0]), two = median(rates[1]), four = median(rates[2]);
    printf("lifecycles a second on %ld processors: %.0f with one thread, %.0f with two, %.0f with four\n",
        sysconf(_SC_NPROCESSORS_ONLN), one, two, four);
    int over = minimum("two threads on two systems / one", two / one, 1.0, 1.5);
    return over | minimum("four threads on four systems / two", four / two, 1.0, 1.0);
}
