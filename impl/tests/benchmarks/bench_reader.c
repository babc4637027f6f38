/* Cost for a client that only reads, while the simulator's clock advances: a line of a guest's output, as a ratio to a
   line that one thread of a program passes to another, which acknowledges it. */
#include "benchmark.h"
#include <computecore.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define PING u"{\"CommandLine\":\"ping -n 1000 host\",\"CreateStdOutPipe\":true}"

enum { LINES = 1000, REPEATS = 3 };

static HCS_OPERATION operation;
static HCS_SYSTEM container;

static void must(HRESULT result)
{
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "bench-reader: a call answered 0x%08X\n", (unsigned)result);
    exit(2);
}

static void open_container(void)
{
    operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"reader", CONTAINER, operation, NULL, &container));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    must(HcsStartComputeSystem(container, operation, NULL));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
}

/* Reads all lines of a process. Returns microseconds per line. */
static double read_all(void)
{
    HCS_PROCESS process;
    HCS_PROCESS_INFORMATION information;
    char bytes[4096];
    unsigned lines = 0;
    double begin = benchmark_time();
    must(HcsCreateProcess(container, PING, operation, NULL, &process));
    must(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL));
    int output = (int)(intptr_t)information.StdOutput;
    for (ssize_t got; (got = read(output, bytes, sizeof bytes)) > 0;)
        for (ssize_t i = 0; i < got; i++)
            lines += bytes[i] == '\n';
    double time = benchmark_time() - begin;
    close(output);
    HcsCloseProcess(process);
    if (lines != LINES) {
        fprintf(stderr, "bench-reader: %u lines of %d\n", lines, LINES);
        exit(2);
    }
    return time * 1e6 / LINES;
}

static int there[2], back[2];

static void *answer(void *unused)
{
    char bytes[64];
    for (ssize_t got; (got = read(there[0], bytes, sizeof bytes)) > 0;)
        if (write(back[1], bytes, (size_t)got) != got)
            break;
    return unused;
}

/* Returns microseconds per line and acknowledgement between two threads. The other thread ends with it, since the
   simulator's clock waits for threads that read elsewhere. */
static double hand_over(void)
{
    char bytes[64] = "Reply from host\r\n";
    pthread_t thread;
    if (pipe(there) || pipe(back) || pthread_create(&thread, NULL, answer, NULL))
        exit(2);
    double begin = benchmark_time();
    for (int i = 0; i < LINES; i++)
        if (write(there[1], bytes, 17) != 17 || read(back[0], bytes, sizeof bytes) != 17)
            exit(2);
    double time = benchmark_time() - begin;
    close(there[1]);
    pthread_join(thread, NULL);
    close(there[0]);
    close(back[0]);
    close(back[1]);
    return time * 1e6 / LINES;
}

int main(void)
{
    open_container();
    for (int run = 0; run < BENCHMARK_RUNS; run++) {
        double line = 1e18, least = 1e18;
        for (int i = 0; i < REPEATS; i++) {
            least = benchmark_least(least, hand_over());
            line = benchmark_least(line, read_all());
        }
        printf("a line between two threads %.1f us, one that a client reads %.1f us\n", least, line);
        benchmark_add(FIGURE_READER, line / least);
    }
    HcsCloseOperation(operation);
    return benchmark_end();
}
