/* What containers cost through the API: processes and containers beside those of lxc-attach, runc and crun, and beside
   a plain fork, exec and wait of the same program; output beside a plain pipe; the memory of keepers; adoption. All in
   one run, in turns; medians with the 99th of a hundred beside. Runs as root, with a computecored of its own; tools
   that are not installed are left out, with a message. usage: bench-host COMPUTECORED [CONTAINERS]: how many idle ones
   are adopted (1,000). */
#include "benchmark.h"
#include <computecore.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define NOTHING u"{\"CommandLine\":\"/bin/true\"}"

enum { PROCESSES = 60, CONTAINERS = 12, TOGETHER = 100, IN_ONE = 200, PATH_BYTES = 512, NAME_BYTES = 32 };

static const char *computecored;
static char folder[64];
static pid_t daemon_process;

static void must(HRESULT result, const char *what)
{
    if (SUCCEEDED(result))
        return;
    fprintf(stderr, "bench-host: %s answered 0x%08X\n", what, (unsigned)result);
    exit(2);
}

static const char *in_folder(const char *name)
{
    static char paths[16][PATH_BYTES];
    static unsigned next;
    char *path = paths[next++ % 16];
    snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    return path;
}

static void nap(void)
{
    const struct timespec moment = {0, 1000000};
    nanosleep(&moment, NULL);
}

/* --- the daemon --- */

static void start_daemon(void)
{
    char *arguments[] = {(char *)(uintptr_t)computecored, "--engine", "lxc", "--state",
        (char *)(uintptr_t)in_folder("state"), "--foreground", "--linger", "0", "--socket",
        (char *)(uintptr_t)in_folder("socket"), NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, in_folder("log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (posix_spawn(&daemon_process, computecored, &actions, NULL, arguments, environ)) {
        fprintf(stderr, "bench-host: %s can't be started\n", computecored);
        exit(2);
    }
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; access(in_folder("socket"), F_OK) && i < 10000; i++)
        nap();
}

static void end_daemon(int number)
{
    kill(daemon_process, number);
    waitpid(daemon_process, NULL, 0);
    daemon_process = 0;
}

static void clean_up(void)
{
    char command[128];
    if (daemon_process > 0)
        end_daemon(SIGTERM);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command))
        fprintf(stderr, "bench-host: %s is left\n", folder);
}

/* --- through the API --- */

static PCWSTR name_of(int number)
{
    static WCHAR names[2][NAME_BYTES];
    static unsigned next;
    WCHAR *name = names[next++ % 2];
    char text[NAME_BYTES];
    snprintf(text, sizeof text, "bench-%d", number);
    for (int i = 0; i < NAME_BYTES; i++)
        name[i] = (unsigned char)text[i];
    return name;
}

static void wait_for(HRESULT begun, HCS_OPERATION operation, const char *what)
{
    must(begun, what);
    must(HcsWaitForOperationResult(operation, INFINITE, NULL), what);
}

static HCS_SYSTEM start_container(int number)
{
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    wait_for(HcsCreateComputeSystem(name_of(number), CONTAINER, operation, NULL, &system), operation, "create");
    wait_for(HcsStartComputeSystem(system, operation, NULL), operation, "start");
    HcsCloseOperation(operation);
    return system;
}

static void run_process(HCS_SYSTEM system)
{
    HCS_PROCESS process;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    wait_for(HcsCreateProcess(system, NOTHING, operation, NULL, &process), operation, "create process");
    must(HcsWaitForProcessExit(process, INFINITE, NULL), "exit");
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
}

static void end_container(HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    wait_for(HcsTerminateComputeSystem(system, operation, NULL), operation, "terminate");
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(system);
}

/* --- the others --- */

/* Runs a program to its end, without a shell. false: it can't be run, or fails. */
static bool run_tool(const char *const *arguments)
{
    pid_t tool;
    int status;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, in_folder("tools"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    int error = posix_spawnp(&tool, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return !error && waitpid(tool, &status, 0) == tool && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool shell(const char *command)
{
    return run_tool((const char *const[]){"sh", "-c", command, NULL});
}

static void fork_exec_wait(const char *program)
{
    pid_t child = fork();
    if (child == 0) {
        execl(program, "true", (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
}

/* A root folder of busybox and what lxc and runc need to know of it. */
static void make_bundle(void)
{
    char command[4 * PATH_BYTES];
    snprintf(command, sizeof command,
        "cd %s && mkdir -p b/root && cp -a state/base/. b/root && cd b && "
        "printf 'lxc.rootfs.path = dir:%s/b/root\\nlxc.include = /usr/share/lxc/config/common.conf\\nlxc.init.cmd = "
        "/bin/sleep "
        "100000\\nlxc.net.0.type = empty\\n' >lxc.conf && { ! command -v runc || { runc spec && sed -i "
        "'s/\"terminal\": true/"
        "\"terminal\": false/; s|\"sh\"|\"/bin/true\"|; s|\"path\": \"rootfs\"|\"path\": \"root\"|' config.json && "
        "mkdir ../i && "
        "sed 's|\"/bin/true\"|\"/bin/sleep\",\"100000\"|; s|\"path\": \"root\"|\"path\": \"%s/b/root\"|' config.json "
        ">../i/config.json; }; }",
        folder, folder, folder);
    if (!shell(command))
        fprintf(stderr, "bench-host: no bundle for the other tools; see %s\n", in_folder("tools"));
}

struct series {
    const char *name;
    double values[PROCESSES];
    int count;
};

static void tell(struct series *series)
{
    double median = benchmark_median(series->values, series->count);
    if (series->count)
        printf("%-60s %7.2f ms, of 99 in 100 at most %.2f\n", series->name, 1e3 * median,
            1e3 * benchmark_p99(series->values, series->count));
    else
        printf("%-60s left out: the tool is not here or does not work\n", series->name);
}

static double ratio(struct series *a, struct series *b)
{
    double of = benchmark_median(b->values, b->count);
    return a->count && of > 0 ? benchmark_median(a->values, a->count) / of : 0;
}

static void add(struct series *series, double begin)
{
    series->values[series->count++] = benchmark_time() - begin;
}

static void add_tool(struct series *series, const char *const *arguments)
{
    double begin = benchmark_time();
    if (series->count >= 0 && run_tool(arguments))
        add(series, begin);
}

static void bench_processes(void)
{
    static struct series plain = {.name = "fork, exec and wait"},
                         ours = {.name = "process in a container, to its exit"}, lxc = {.name = "lxc-attach"},
                         runc = {.name = "runc exec"}, crun = {.name = "crun exec"};
    const char *lxc_configuration = in_folder("b/lxc.conf"), *program = in_folder("state/base/bin/true");
    char runc_state[PATH_BYTES], crun_state[PATH_BYTES], idle[PATH_BYTES];
    snprintf(runc_state, sizeof runc_state, "%s", in_folder("runc"));
    snprintf(crun_state, sizeof crun_state, "%s", in_folder("crun"));
    snprintf(idle, sizeof idle, "%s", in_folder("i"));
    HCS_SYSTEM system = start_container(0);
    bool has_lxc =
        run_tool((const char *const[]){"lxc-start", "-n", "bench-host", "-P", folder, "-f", lxc_configuration, NULL});
    bool has_runc =
        run_tool((const char *const[]){"runc", "--root", runc_state, "run", "-d", "-b", idle, "bench-host", NULL});
    bool has_crun =
        run_tool((const char *const[]){"crun", "--root", crun_state, "run", "-d", "-b", idle, "bench-host", NULL});
    for (int i = 0; i < PROCESSES; i++) {
        double begin = benchmark_time();
        fork_exec_wait(program);
        add(&plain, begin);
        begin = benchmark_time();
        run_process(system);
        add(&ours, begin);
        if (has_lxc)
            add_tool(
                &lxc, (const char *const[]){"lxc-attach", "-n", "bench-host", "-P", folder, "--", "/bin/true", NULL});
        if (has_runc)
            add_tool(
                &runc, (const char *const[]){"runc", "--root", runc_state, "exec", "bench-host", "/bin/true", NULL});
        if (has_crun)
            add_tool(
                &crun, (const char *const[]){"crun", "--root", crun_state, "exec", "bench-host", "/bin/true", NULL});
    }
    end_container(system);
    (void)run_tool((const char *const[]){"lxc-stop", "-k", "-n", "bench-host", "-P", folder, NULL});
    (void)run_tool((const char *const[]){"runc", "--root", runc_state, "delete", "-f", "bench-host", NULL});
    (void)run_tool((const char *const[]){"crun", "--root", crun_state, "delete", "-f", "bench-host", NULL});
    tell(&plain);
    tell(&ours);
    tell(&lxc);
    tell(&runc);
    tell(&crun);
    benchmark_add(FIGURE_HOST_PROCESS, ratio(&ours, &plain));
    if (lxc.count)
        benchmark_add(FIGURE_HOST_PROCESS_LXC, ratio(&lxc, &ours));
    if (runc.count)
        benchmark_add(FIGURE_HOST_PROCESS_RUNC, ratio(&runc, &ours));
}

static void bench_containers(void)
{
    static struct series ours = {.name = "container created, started, a process to its exit, gone"},
                         runc = {.name = "runc run"};
    char state[PATH_BYTES], bundle[PATH_BYTES];
    snprintf(state, sizeof state, "%s", in_folder("runc"));
    snprintf(bundle, sizeof bundle, "%s", in_folder("b"));
    for (int i = 0; i < CONTAINERS; i++) {
        double begin = benchmark_time();
        HCS_SYSTEM system = start_container(i);
        run_process(system);
        end_container(system);
        add(&ours, begin);
        add_tool(&runc, (const char *const[]){"runc", "--root", state, "run", "-b", bundle, "bench-run", NULL});
    }
    tell(&ours);
    tell(&runc);
    if (runc.count)
        benchmark_add(FIGURE_HOST_CONTAINER, ratio(&runc, &ours));
}

static void bench_many(void)
{
    static HCS_SYSTEM systems[TOGETHER];
    static HCS_OPERATION operations[IN_ONE];
    static HCS_PROCESS processes[IN_ONE];
    double begin = benchmark_time();
    for (int i = 0; i < TOGETHER; i++) {
        operations[i] = HcsCreateOperation(NULL, NULL);
        wait_for(
            HcsCreateComputeSystem(name_of(i), CONTAINER, operations[i], NULL, &systems[i]), operations[i], "create");
        must(HcsStartComputeSystem(systems[i], operations[i], NULL), "start");
    }
    for (int i = 0; i < TOGETHER; i++)
        must(HcsWaitForOperationResult(operations[i], INFINITE, NULL), "start");
    printf("%-60s %7.0f ms\n", "100 containers started at once", 1e3 * (benchmark_time() - begin));
    for (int i = 1; i < TOGETHER; i++)
        end_container(systems[i]);
    for (int i = TOGETHER; i < IN_ONE; i++)
        operations[i] = HcsCreateOperation(NULL, NULL);
    begin = benchmark_time();
    for (int i = 0; i < IN_ONE; i++)
        must(HcsCreateProcess(systems[0], NOTHING, operations[i], NULL, &processes[i]), "create process");
    for (int i = 0; i < IN_ONE; i++) {
        must(HcsWaitForOperationResult(operations[i], INFINITE, NULL), "create process");
        must(HcsWaitForProcessExit(processes[i], INFINITE, NULL), "exit");
        HcsCloseProcess(processes[i]);
        HcsCloseOperation(operations[i]);
    }
    printf("%-60s %7.0f ms\n", "200 processes in one, all at once, to their exit", 1e3 * (benchmark_time() - begin));
    end_container(systems[0]);
}

/* --- output --- */

#define GIB (1 << 30)

/* Seconds until the output, a gibibyte, has been read. */
static double read_to_end(int output)
{
    static char buffer[1 << 16];
    double begin = benchmark_time();
    ssize_t got;
    uint64_t total = 0;
    while ((got = read(output, buffer, sizeof buffer)) > 0)
        total += (uint64_t)got;
    close(output);
    if (total != GIB) {
        fprintf(stderr, "bench-host: %llu bytes came\n", (unsigned long long)total);
        exit(2);
    }
    return benchmark_time() - begin;
}

static double plain_output(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        exit(2);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        close(2);
        execl(in_folder("state/base/bin/busybox"), "dd", "if=/dev/zero", "bs=64k", "count=16384", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    double took = read_to_end(ends[0]);
    waitpid(child, NULL, 0);
    return took;
}

static double container_output(HCS_SYSTEM system)
{
    HCS_PROCESS process;
    HCS_PROCESS_INFORMATION information;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsCreateProcess(system, u"{\"CommandLine\":\"dd if=/dev/zero bs=64k count=16384\",\"CreateStdOutPipe\":true}",
             operation, NULL, &process),
        "create process");
    must(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL), "create process");
    double took = read_to_end((int)(intptr_t)information.StdOutput);
    must(HcsWaitForProcessExit(process, INFINITE, NULL), "exit");
    HcsCloseProcess(process);
    HcsCloseOperation(operation);
    return took;
}

static void bench_output(void)
{
    HCS_SYSTEM system = start_container(0);
    for (int i = 0; i < BENCHMARK_RUNS; i++) {
        double plain = plain_output(), ours = container_output(system);
        benchmark_add(FIGURE_HOST_OUTPUT, plain / ours);
    }
    end_container(system);
}

/* --- memory and adoption --- */

/* The proportional set size, in KiB, of all processes whose program matches the pattern. *count: their number. */
static double kib_of(const char *program, int *count)
{
    char command[PATH_BYTES], text[64] = "0 0";
    double kib = 0;
    snprintf(command, sizeof command,
        "for p in $(pgrep -f '^[^ ]*%s'); do cat /proc/$p/smaps_rollup 2>/dev/null; done | awk '/^Pss:/ {n++; k += $2} "
        "END "
        "{print n + 0, k + 0}'",
        program);
    FILE *output = popen(command, "re");
    if (output && fgets(text, sizeof text, output))
        (void)sscanf(text, "%d %lf", count, &kib);
    if (output)
        pclose(output);
    return kib;
}

static void bench_adoption(int containers)
{
    static HCS_SYSTEM systems[100000];
    HCS_SYSTEM last;
    int keepers = 0, monitors = 0;
    for (int i = 0; i < containers; i++)
        systems[i] = start_container(i);
    double keeper = kib_of("computecore-keeper ", &keepers), monitor = kib_of("[[]lxc monitor[]]", &monitors);
    if (keepers && monitors) {
        printf("%-60s %7.0f KiB, a monitor %.0f\n", "a keeper", keeper / keepers, monitor / monitors);
        benchmark_add(FIGURE_HOST_KEEPER, keeper / keepers - monitor / monitors);
    }
    end_daemon(SIGKILL);
    for (int i = 0; i < containers; i++)
        HcsCloseComputeSystem(systems[i]);
    unlink(in_folder("socket"));
    double begin = benchmark_time();
    start_daemon();
    for (int i = 0; FAILED(HcsOpenComputeSystem(name_of(containers - 1), GENERIC_ALL, &last)) && i < 60000; i++)
        nap();
    double took = benchmark_time() - begin;
    printf("%-60s %7.0f ms for %d\n", "containers adopted by a new daemon", 1e3 * took, containers);
    if (containers == 1000)
        benchmark_add(FIGURE_HOST_ADOPTION, took);
    HcsCloseComputeSystem(last);
    for (int i = 0; i < containers; i++) {
        must(HcsOpenComputeSystem(name_of(i), GENERIC_ALL, &last), "open");
        end_container(last);
    }
}

int main(int argc, char **argv)
{
    char engine[PATH_BYTES];
    int containers = argc > 2 ? atoi(argv[2]) : 1000;
    if (argc < 2 || argc > 3 || containers < 1 || containers > 100000) {
        fputs("usage: bench-host COMPUTECORED [CONTAINERS]\n", stderr);
        return 2;
    }
    if (geteuid()) {
        fputs("bench-host: containers need root\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    computecored = argv[1];
    snprintf(folder, sizeof folder, "/tmp/bench-host-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0711))
        return 2;
    atexit(clean_up);
    snprintf(engine, sizeof engine, "unix:%s", in_folder("socket"));
    setenv("COMPUTECORE_ENGINE", engine, 1);
    start_daemon();
    end_container(start_container(0)); /* the base image is made */
    make_bundle();
    bench_processes();
    bench_containers();
    bench_many();
    bench_output();
    bench_adoption(containers);
    return benchmark_end();
}
