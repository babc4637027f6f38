/* The figures of the README: the cost of a process, as a ratio to a lower bound measured in the same run. Exit code 1
 * when a ratio is over its limit, 2 when something can't be measured. */
#include "benchmark.h"
#include <cjson/cJSON.h>
#include <computecore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define DOCUMENT                                                                                                       \
    u"{\"CommandLine\":\"cmd /c exit 0\",\"WorkingDirectory\":\"C:\\\\Windows\",\"User\":\"ContainerUser\","           \
    u"\"Environment\":{\"PATH\":\"C:\\\\Windows;C:\\\\Windows\\\\System32\",\"TEMP\":\"C:\\\\Windows\\\\Temp\","       \
    u"\"NAME\":\"bench\"},\"EmulateConsole\":false,\"CreateStdInPipe\":false,\"CreateStdOutPipe\":false}"
#define SLEEPER                                                                                                        \
    u"{\"CommandLine\":\"sleep 1000000\",\"WorkingDirectory\":\"C:\\\\Windows\",\"User\":\"ContainerUser\","           \
    u"\"Environment\":{\"PATH\":\"C:\\\\Windows;C:\\\\Windows\\\\System32\",\"TEMP\":\"C:\\\\Windows\\\\Temp\","       \
    u"\"NAME\":\"bench\"},\"EmulateConsole\":false,\"CreateStdInPipe\":false,\"CreateStdOutPipe\":false}"

#define PIPES                                                                                                          \
    u"{\"CommandLine\":\"cmd /c exit 0\",\"WorkingDirectory\":\"C:\\\\Windows\",\"User\":\"ContainerUser\","           \
    u"\"Environment\":{\"PATH\":\"C:\\\\Windows;C:\\\\Windows\\\\System32\",\"TEMP\":\"C:\\\\Windows\\\\Temp\","       \
    u"\"NAME\":\"bench\"},\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true}"

enum { ROUNDS = 10000, FEW_ROUNDS = 2000, REPEATS = 5, FEW = 10, MANY = 100000, CHURN = 10000, TURNS = 8 };

/* Returns nanoseconds per round. */
static double measure(void (*run)(int), int rounds)
{
    double start = benchmark_work();
    run(rounds);
    return (benchmark_work() - start) * 1e9 / rounds;
}

static char utf8[1024];

static size_t to_utf8(const WCHAR *text)
{
    size_t length = 0;
    for (; text[length]; length++)
        utf8[length] = (char)text[length];
    utf8[length] = 0;
    return length;
}

static void parse_only(int rounds)
{
    for (int i = 0; i < rounds; i++)
        cJSON_Delete(cJSON_Parse(utf8));
}

struct event {
    uint64_t time, sequence;
};

/* The lower bound: the work that no implementation can avoid for a process. */
static void floor_loop(int rounds)
{
    static struct event heap[4];
    void *volatile objects[3];
    for (int i = 0; i < rounds; i++) {
        to_utf8(DOCUMENT);
        cJSON *root = cJSON_Parse(utf8);
        for (int j = 0; j < 3; j++)
            objects[j] = memset(malloc(200), 0, 200);
        for (int j = 0; j < 2; j++) {
            volatile struct event *slot = &heap[j];
            slot->time = (uint64_t)i;
            slot->sequence = (uint64_t)j;
        }
        for (int j = 0; j < 3; j++)
            free(objects[j]);
        cJSON_Delete(root);
    }
}

static HCS_SYSTEM container;

static void must(HRESULT result)
{
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "bench: a call answered 0x%08X\n", (unsigned)result);
    exit(2);
}

static HCS_PROCESS start(const WCHAR *document)
{
    HCS_PROCESS process;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateProcess(container, document, operation, NULL, &process));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseOperation(operation);
    return process;
}

static void lifecycle(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        HCS_PROCESS process;
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        must(HcsCreateProcess(container, DOCUMENT, operation, NULL, &process));
        must(HcsWaitForOperationResult(operation, INFINITE, NULL));
        must(HcsWaitForProcessExit(process, INFINITE, NULL));
        HcsCloseProcess(process);
        HcsCloseOperation(operation);
    }
}

static void lifecycle_with_pipes(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        HCS_PROCESS process;
        HCS_PROCESS_INFORMATION information;
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        must(HcsCreateProcess(container, PIPES, operation, NULL, &process));
        must(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL));
        must(HcsWaitForProcessExit(process, INFINITE, NULL));
        CloseHandle(information.StdInput);
        CloseHandle(information.StdOutput);
        CloseHandle(information.StdError);
        HcsCloseProcess(process);
        HcsCloseOperation(operation);
    }
}

static void bare_pipes(int rounds)
{
    int ends[3][2];
    for (int i = 0; i < rounds; i++) {
        for (int j = 0; j < 3; j++)
            if (pipe(ends[j]))
                exit(2);
        for (int j = 0; j < 3; j++) {
            close(ends[j][0]);
            close(ends[j][1]);
        }
    }
}

static HCS_PROCESS *live;
static int live_count;
static uint64_t state = 1;

static void end(HCS_PROCESS process)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsTerminateProcess(process, operation, NULL));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
}

static int draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)((state >> 33) % (uint64_t)live_count);
}

/* Ends a random process and starts another. The next one is drawn one round ahead and prefetched, so that the cache
   misses of the benchmark's own list are not measured. */
static void churn(int rounds)
{
    int next = draw();
    for (int i = 0; i < rounds; i++) {
        int index = next;
        next = draw();
        __builtin_prefetch(&live[next], 1);
        end(live[index]);
        live[index] = start(SLEEPER);
    }
}

static long resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void fill(int count)
{
    for (; live_count < count; live_count++)
        live[live_count] = start(SLEEPER);
}

static double suite_seconds(const char *tool)
{
    char command[4096];
    snprintf(command, sizeof command, "'%s' run > /dev/null", tool);
    double begin = benchmark_time();
    int status = system(command);
    return status ? 1e9 : benchmark_time() - begin;
}

static void open_container(void)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateComputeSystem(u"bench", SYSTEM, operation, NULL, &container));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    must(HcsStartComputeSystem(container, operation, NULL));
    must(HcsWaitForOperationResult(operation, INFINITE, NULL));
    HcsCloseOperation(operation);
}

/* Runs in a child with many live processes: measures churn() on each request, and answers with the time. */
static void serve(int ask, int answer)
{
    char byte;
    open_container();
    live = calloc(MANY, sizeof *live);
    fill(FEW);
    long before = resident_kib();
    fill(MANY);
    double value = (double)(resident_kib() - before) * 1024 / (MANY - FEW);
    while (write(answer, &value, sizeof value) == sizeof value && read(ask, &byte, 1) == 1) {
        value = measure(churn, CHURN);
    }
    _exit(0);
}

static double receive(int answer)
{
    double value;
    if (read(answer, &value, sizeof value) == sizeof value)
        return value;
    fprintf(stderr, "bench: the process with many live processes has ended\n");
    exit(2);
}

/* The two sizes alternate, so that other load on the machine affects both. Between the runs no process is live here:
   while one has pipes the clock advances, and sleeping processes would end. */
static void compare_sizes(int ask, int answer)
{
    double few = 1e18, many = 1e18;
    fill(FEW);
    for (int i = 0; i < TURNS; i++) {
        few = benchmark_least(few, measure(churn, CHURN));
        if (write(ask, "x", 1) != 1)
            exit(2);
        many = benchmark_least(many, receive(answer));
    }
    printf("end and create at %d live: %.0f ns, at %d: %.0f ns\n", FEW, few, MANY, many);
    benchmark_add(FIGURE_SIZES, many / few);
    while (live_count > 0)
        end(live[--live_count]);
}

/* Alternates what is compared with each other. */
static void compare_lifecycles(void)
{
    double parse = 1e18, least = 1e18, whole = 1e18, bare = 1e18, pipes = 1e18;
    for (int i = 0; i < REPEATS; i++) {
        parse = benchmark_least(parse, measure(parse_only, ROUNDS));
        least = benchmark_least(least, measure(floor_loop, ROUNDS));
        whole = benchmark_least(whole, measure(lifecycle, ROUNDS));
        bare = benchmark_least(bare, measure(bare_pipes, FEW_ROUNDS));
        pipes = benchmark_least(pipes, measure(lifecycle_with_pipes, FEW_ROUNDS));
    }
    printf("cJSON %.0f ns, floor %.0f ns, lifecycle %.0f ns; three pipes %.0f ns, lifecycle with them %.0f ns\n", parse,
        least, whole, bare, pipes);
    benchmark_add(FIGURE_FLOOR, least / parse);
    benchmark_add(FIGURE_LIFECYCLE, whole / least);
    benchmark_add(FIGURE_PIPES, pipes / (bare + whole));
}

int main(int argc, char **argv)
{
    int ask[2], answer[2];
    /* sleeping processes must not end while the other size is measured */
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    if (pipe(ask) || pipe(answer))
        return 2;
    if (fork() == 0) {
        close(ask[1]);
        close(answer[0]);
        serve(ask[0], answer[1]);
    }
    benchmark_add(FIGURE_BYTES, receive(answer[0])); /* it is at rest from here on */
    open_container();
    live = calloc(FEW, sizeof *live);
    printf("document of %zu bytes\n", to_utf8(DOCUMENT));
    for (int run = 0; run < BENCHMARK_RUNS; run++) {
        compare_lifecycles();
        compare_sizes(ask[1], answer[0]);
        if (argc > 1)
            benchmark_add(FIGURE_SUITE, suite_seconds(argv[1]));
    }
    close(ask[1]);
    return benchmark_end();
}
