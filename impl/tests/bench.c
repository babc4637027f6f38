/* The figures of the README, as ratios within one run: what a process costs beside what it can't cost less than.
   Exit code 1 when a ratio is over its limit, 2 when the floor itself is not what it should be. */
#include <cjson/cJSON.h>
#include <computecore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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

enum { ROUNDS = 40000, REPEATS = 7, FEW = 10, MANY = 100000, CHURN = 10000, TURNS = 40 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The best of some repeats, in nanoseconds a round. */
static double measure(void (*run)(int), int rounds)
{
    double best = 1e18;
    for (int i = 0; i < REPEATS; i++) {
        double start = now();
        run(rounds);
        double time = (now() - start) * 1e9 / rounds;
        best = time < best ? time : best;
    }
    return best;
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

/* What can't be avoided for one process. */
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

/* Ends a random process and starts another. The next one is drawn a round ahead, so that the benchmark's own look-up
   in its long list is not measured. */
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

static int limit(const char *what, double value, double maximum)
{
    printf("%-58s %8.2f  (at most %.2f)%s\n", what, value, maximum, value > maximum ? "  OVER" : "");
    return value > maximum;
}

static double suite_seconds(const char *tool)
{
    char command[4096];
    snprintf(command, sizeof command, "'%s' run > /dev/null", tool);
    double begin = now();
    int status = system(command);
    return status ? 1e9 : now() - begin;
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

/* A process of its own with many live processes: churns whenever it is asked to, and answers the time. */
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
        double start_time = now();
        churn(CHURN);
        value = (now() - start_time) * 1e9 / CHURN;
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

/* The two sizes take turns, so that whatever else the machine does falls on both. */
static int compare_sizes(int ask, int answer, double bytes)
{
    double few = 1e18, many = 1e18;
    live = calloc(FEW, sizeof *live);
    fill(FEW);
    for (int i = 0; i < TURNS; i++) {
        double start_time = now();
        churn(CHURN);
        double time = (now() - start_time) * 1e9 / CHURN;
        few = time < few ? time : few;
        if (write(ask, "x", 1) != 1)
            return 1;
        time = receive(answer);
        many = time < many ? time : many;
    }
    printf("end and create at %d live: %.0f ns, at %d: %.0f ns\n", FEW, few, MANY, many);
    int over = limit("end and create at 100,000 live / at 10", many / few, 1.3);
    return over | limit("bytes a live process without pipes", bytes, 1024);
}

int main(int argc, char **argv)
{
    int over = 0, ask[2], answer[2];
    /* What sleeps must not end while the other world has its turn. */
    setenv("COMPUTECORE_SCENARIO", "{\"clients\":1}", 1);
    if (pipe(ask) || pipe(answer))
        return 2;
    if (fork() == 0) {
        close(ask[1]);
        close(answer[0]);
        serve(ask[0], answer[1]);
    }
    double ready = receive(answer[0]); /* it is at rest from here on */
    open_container();
    printf("document of %zu bytes\n", to_utf8(DOCUMENT));
    double parse = measure(parse_only, ROUNDS), minimum = measure(floor_loop, ROUNDS),
           whole = measure(lifecycle, ROUNDS);
    printf("cJSON %.0f ns, floor %.0f ns, lifecycle %.0f ns\n", parse, minimum, whole);
    if (limit("floor / cJSON parse and delete", minimum / parse, 2.6))
        return 2;
    over |= limit("lifecycle of a process / floor", whole / minimum, 3.0);
    over |= compare_sizes(ask[1], answer[0], ready);
    if (argc > 1)
        over |= limit("seconds for the whole suite", suite_seconds(argv[1]), 5.0);
    close(ask[1]);
    return over;
}
