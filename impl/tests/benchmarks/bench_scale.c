/* Many systems with many processes: memory per live process, and the time of a call compared with few systems. Exit
   code 1 when 1,000,000 processes in 10,000 systems do not fit in 1 GiB, or a call costs more than 1.5 times what it
   costs with 1,000 in 10. The two sizes alternate, in two processes. */
#include "benchmark.h"
#include <computecore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PER_SYSTEM = 100, CHURN = 20000, TURNS = 3 };
#define SYSTEM u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
/* The document of bench_process.c: what a container shim sends. */
#define SLEEPER                                                                                                        \
    u"{\"CommandLine\":\"sleep 1000000\",\"WorkingDirectory\":\"C:\\\\Windows\",\"User\":\"ContainerUser\","           \
    u"\"Environment\":{\"PATH\":\"C:\\\\Windows;C:\\\\Windows\\\\System32\",\"TEMP\":\"C:\\\\Windows\\\\Temp\","       \
    u"\"NAME\":\"bench\"},\"EmulateConsole\":false,\"CreateStdInPipe\":false,\"CreateStdOutPipe\":false}"

static HCS_OPERATION operation;
static HCS_SYSTEM *systems;
static HCS_PROCESS *live;
static unsigned system_count;
static uint64_t state = 1;

static void must(HRESULT result)
{
    if (FAILED(result)) {
        fprintf(stderr, "bench-scale: a call answered 0x%08X\n", (unsigned)result);
        exit(2);
    }
}

static HCS_PROCESS start(HCS_SYSTEM system)
{
    HCS_PROCESS process;
    must(HcsCreateProcess(system, SLEEPER, operation, NULL, &process));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    return process;
}

/* In large pages if available, as the library's own memory: the pages of a client's list are not measured. */
static void *list(size_t count, size_t size)
{
    enum { LARGE_PAGE = 2 << 20 };
    size_t bytes = (count * size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    void *memory = aligned_alloc(LARGE_PAGE, bytes);
    if (!memory)
        exit(2);
    (void)madvise(memory, bytes, MADV_HUGEPAGE); /* a hint */
    return memory;
}

static void fill(unsigned count)
{
    systems = list(count, sizeof *systems);
    live = list((size_t)count * PER_SYSTEM, sizeof *live);
    operation = HcsCreateOperation(NULL, NULL);
    for (; system_count < count; system_count++) {
        WCHAR id[16];
        char text[16];
        snprintf(text, sizeof text, "s%u", system_count);
        for (int i = 0; i < 16; i++)
            id[i] = (WCHAR)text[i];
        must(HcsCreateComputeSystem(id, SYSTEM, operation, NULL, &systems[system_count]));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        must(HcsStartComputeSystem(systems[system_count], operation, NULL));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        for (int i = 0; i < PER_SYSTEM; i++)
            live[system_count * PER_SYSTEM + (unsigned)i] = start(systems[system_count]);
    }
}

static unsigned draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((state >> 33) % ((uint64_t)system_count * PER_SYSTEM));
}

/* Ends a process and starts another in its place; nanoseconds for both. */
static double churn(void)
{
    double begin = benchmark_work();
    unsigned next = draw();
    for (int i = 0; i < CHURN; i++) {
        unsigned index = next;
        next = draw(); /* one round ahead: the cache misses of the benchmark's own list are not measured */
        __builtin_prefetch(&live[next], 1);
        __builtin_prefetch(&systems[next / PER_SYSTEM]);
        must(HcsTerminateProcess(live[index], operation, NULL));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        HcsCloseProcess(live[index]);
        live[index] = start(systems[index / PER_SYSTEM]);
    }
    return (benchmark_work() - begin) * 1e9 / CHURN;
}

static double resident_bytes(void)
{
    unsigned long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu %lu", &size, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* The large number of processes, in a child: each byte read asks for a measurement, answered with its time. */
static void serve(int in, int out, unsigned count)
{
    char byte;
    double number;
    fill(count);
    number = resident_bytes();
    if (write(out, &number, sizeof number) != sizeof number)
        _exit(2);
    while (read(in, &byte, 1) == 1) {
        number = churn();
        if (write(out, &number, sizeof number) != sizeof number)
            break;
    }
    _exit(0);
}

static double ask(int out)
{
    double number;
    if (read(out, &number, sizeof number) != sizeof number)
        exit(2);
    return number;
}

static void take_turns(int in, int out)
{
    double few = 1e18, many = 1e18;
    for (int i = 0; i < TURNS; i++) {
        few = benchmark_least(few, churn());
        if (write(in, "", 1) != 1)
            exit(2);
        many = benchmark_least(many, ask(out));
    }
    printf("end and create: %.0f ns, with 1,000 in 10: %.0f ns\n", many, few);
    benchmark_add(FIGURE_SCALE, many / few);
}

int main(int argc, char **argv)
{
    unsigned large = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10000;
    int in[2], out[2];
    /* sleeping processes must not end while the other size is measured */
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    if (pipe(in) || pipe(out))
        return 2;
    if (!fork()) {
        close(in[1]);
        close(out[0]);
        serve(in[0], out[1], large);
    }
    double bytes = ask(out[0]);
    fill(10);
    for (int run = 0; run < BENCHMARK_RUNS; run++)
        take_turns(in[1], out[0]);
    close(in[1]);
    wait(NULL);
    printf("%u processes in %u systems: %.0f MiB\n", large * PER_SYSTEM, large, bytes / 1048576);
    benchmark_add(FIGURE_SCALE_BYTES, bytes / (large * PER_SYSTEM));
    return benchmark_end();
}
