/* Runs a command once per seed. Entry point: the table of the command run. */
#include "farm.h"
#include "base/allocate.h"
#include "base/process/supervisor.h"
#include "ending.h"
#include "platform/environment.h"
#include "scenario_check.h"
#include "base/text/shown.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_JOBS = 32, MAX_SEEDS = 10000000, WAIT_MS = 1000 };

/* A run in progress; slot i of the supervisor. */
struct slot {
    size_t index; /* of the result */
    uint64_t start;
};

struct runs {
    struct supervisor *supervisor;
    struct slot slots[MAX_JOBS];
    unsigned failures;
    size_t next, done;
};

/* --- one run --- */

bool farm_trace_path(const struct farm *farm, uint64_t seed, char *path, size_t size)
{
    const char *folder = farm->traces ? farm->traces : farm->scratch;
    snprintf(path, size, "%s/%llu.jsonl", folder ? folder : "", (unsigned long long)seed);
    return folder;
}

static bool start(struct farm *farm, struct runs *runs, unsigned number, size_t index)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)farm->results[index].seed);
    allocate_variable("COMPUTECORE_SEED", seed);
    char path[4096];
    if (farm_trace_path(farm, farm->results[index].seed, path, sizeof path))
        allocate_variable("COMPUTECORE_TRACE", path);
    runs->slots[number] = (struct slot){index, platform_time()};
    struct child_plan plan = {.program = farm->command[0], .arguments = farm->command};
    return supervisor_start(runs->supervisor, number, &plan, farm->timeout_s);
}

static void show_failure(const struct farm *farm, const struct seed_result *result)
{
    char *command = results_command(farm, result->seed);
    char how[64];
    ending_describe(result, farm->timeout_s, how, sizeof how);
    printf("%sseed %llu failed: %s\n%s%s    again with: %s\n", program_output_is_terminal() ? "\r\033[K" : "",
        (unsigned long long)result->seed, how, shown_lines(result->output),
        *result->output && result->output[strlen(result->output) - 1] != '\n' ? "\n" : "", command);
    if (result->faults)
        printf("    its faults: %s\n", shown(result->faults));
    char path[4096];
    if (farm->traces && farm_trace_path(farm, result->seed, path, sizeof path))
        printf("    its trace: %s\n", path);
    free(command);
}

static void finish(struct farm *farm, struct runs *runs, const struct supervisor_news *news)
{
    const struct slot *slot = &runs->slots[news->slot];
    struct seed_result *result = &farm->results[slot->index];
    result->milliseconds = (double)(platform_time() - slot->start) / 1e6;
    ending_take(result, news->status, news->event == SUPERVISOR_LATE, supervisor_output(runs->supervisor, news->slot));
    runs->done++;
    char path[4096];
    bool traced = farm_trace_path(farm, result->seed, path, sizeof path);
    if (traced && result->outcome != SEED_PASSED)
        result->faults = ending_faults(path);
    if (traced && (result->outcome == SEED_PASSED || !farm->traces))
        (void)remove(path); /* traces are kept only for seeds that did not pass */
    if (result->outcome == SEED_PASSED)
        return;
    if (runs->failures++ < farm->show)
        show_failure(farm, result);
}

/* --- all runs --- */

static void show_progress(const struct farm *farm, size_t done, unsigned failures)
{
    if (program_output_is_terminal())
        printf("\r\033[K[%zu/%zu] %u failed", done, farm->count, failures);
    else if (done && done % 1000 == 0)
        printf("%zu of %zu seeds, %u failed\n", done, farm->count, failures);
    fflush(stdout);
}

/* The next seed from *next that has not run; farm->count if there is none. */
static size_t next_seed(const struct farm *farm, size_t *next)
{
    while (*next < farm->count && farm->results[*next].outcome != SEED_NOT_RUN)
        ++*next;
    return *next < farm->count ? (*next)++ : farm->count;
}

/* Fills the free slots. *running: set if any slot is taken. false: the command can't be started. */
static bool start_next(struct farm *farm, struct runs *runs, bool *running)
{
    *running = false;
    for (unsigned i = 0; i < farm->jobs; i++) {
        size_t index = supervisor_runs(runs->supervisor, i) ? farm->count : next_seed(farm, &runs->next);
        if (index < farm->count && !start(farm, runs, i, index))
            return false;
        *running |= supervisor_runs(runs->supervisor, i);
    }
    return true;
}

/* Runs all seeds. If the user interrupts, runs in progress count as not started. false: the command can't be started.
 */
static bool work(struct farm *farm, struct runs *runs)
{
    struct supervisor_news news;
    bool running, started;
    while ((started = start_next(farm, runs, &running)) && running && !signal_exit_code()) {
        supervisor_wait(runs->supervisor, WAIT_MS, &news);
        if (news.event != SUPERVISOR_ENDED && news.event != SUPERVISOR_LATE)
            continue;
        finish(farm, runs, &news);
        show_progress(farm, runs->done, runs->failures);
    }
    if (program_output_is_terminal())
        printf("\r\033[K");
    return started;
}

void farm_show_summary(const struct farm *farm)
{
    size_t counts[SEED_OUTCOMES] = {0};
    ending_show_groups(farm);
    for (size_t i = 0; i < farm->count; i++)
        counts[farm->results[i].outcome]++;
    printf("%zu seeds in %.1f s: %zu passed, %zu failed, %zu timed out, %zu deadlocked, %zu not run%s\n", farm->count,
        farm->seconds, counts[SEED_PASSED], counts[SEED_FAILED], counts[SEED_TIMED_OUT], counts[SEED_DEADLOCKED],
        counts[SEED_NOT_RUN], farm->interrupted ? "; interrupted" : "");
}

static int run_seeds(struct farm *farm)
{
    struct runs runs = {.supervisor = supervisor_open(farm->jobs)};
    uint64_t begin = platform_time();
    if (farm->scenario)
        allocate_variable("COMPUTECORE_SCENARIO", farm->scenario);
    allocate_variable("COMPUTECORE_DEADLOCK", "end");
    bool started = work(farm, &runs);
    supervisor_close(runs.supervisor);
    if (!started) {
        fprintf(stderr, "hcs-sim: %s can't be started: %s\n", farm->command[0], child_start_error());
        return 2;
    }
    farm->seconds = (double)(platform_time() - begin) / 1e9;
    farm->interrupted = signal_exit_code();
    bool written = results_write(farm);
    farm_show_summary(farm);
    return !written ? 2 : signal_exit_code() ? signal_exit_code() : runs.failures > 0;
}

/* --- the command --- */

/* Room for the results of the seeds of this shard. */
static bool make_results(struct farm *farm)
{
    uint64_t span = farm->seeds.last - farm->seeds.first, step = farm->shard.of ? farm->shard.of : 1;
    uint64_t from = farm->seeds.first + (farm->shard.of ? farm->shard.part - 1 : 0);
    if (span / step >= MAX_SEEDS) {
        command_wrong("more than 10,000,000 seeds at a time; take a --shard of them");
        return false;
    }
    if (from < farm->seeds.first || from > farm->seeds.last)
        return true; /* more shards than seeds: this one is empty */
    farm->count = (size_t)((farm->seeds.last - from) / step) + 1;
    farm->results = allocate_zeros(farm->count, sizeof *farm->results);
    for (size_t i = 0; i < farm->count; i++)
        farm->results[i].seed = from + i * step;
    return true;
}

void farm_free_results(struct farm *farm)
{
    for (size_t i = 0; i < farm->count; i++) {
        free(farm->results[i].output);
        free(farm->results[i].faults);
    }
    free(farm->results);
}

/* After an interruption there are traces of runs that were under way. */
static void drop_scratch(const struct farm *farm)
{
    char path[4096];
    for (size_t i = 0; i < farm->count && signal_exit_code(); i++)
        if (farm->results[i].outcome == SEED_NOT_RUN && farm_trace_path(farm, farm->results[i].seed, path, sizeof path))
            (void)remove(path);
    program_scratch_end(farm->scratch);
}

static int run(void *values, const struct command_words *words)
{
    struct farm *farm = values;
    int code = 2;
    farm->command = words->list;
    if (!farm->jobs)
        farm->jobs = processor_count() < MAX_JOBS ? processor_count() : MAX_JOBS;
    if (farm->scenario && !scenario_check(farm->scenario))
        return 2;
    char scratch[1024];
    bool faulty = farm->scenario || getenv("COMPUTECORE_SCENARIO"); // NOLINT(concurrency-mt-unsafe): one thread
    bool traced = farm->traces || getenv("COMPUTECORE_TRACE");      // NOLINT(concurrency-mt-unsafe): one thread
    if (faulty && !traced && program_scratch(scratch, sizeof scratch))
        farm->scratch = scratch;
    if (make_results(farm) && (!farm->resume || results_resume(farm, farm->resume)) && results_claim(farm))
        code = run_seeds(farm);
    results_unclaim(farm);
    if (farm->scratch)
        drop_scratch(farm);
    farm_free_results(farm);
    return code;
}

/* clang-format off */
#define PLACE(member) offsetof(struct farm, member)

static const struct command_option options_taken[] = {
    {.name = "seeds", .required = true, .kind = OPTION_RANGE, .argument = "A..B", .place = PLACE(seeds),
        .help = "the first and the last seed, both included"},
    {.name = "scenario", .kind = OPTION_INPUT, .argument = "FILE", .place = PLACE(scenario),
        .help = "for the client; checked before the first run"},
    {.name = "jobs", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(jobs), .minimum = 1,
        .maximum = MAX_JOBS, .help = "processes at a time; default: the number of processors"},
    {.name = "timeout", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = PLACE(timeout_s), .minimum = 1,
        .maximum = 86400, .fallback = "60", .help = "time limit of a run, in real time"},
    {.name = "show", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(show), .minimum = 1, .maximum = 1000000,
        .fallback = "3", .help = "how many failures to show in full"},
    {.name = "shard", .kind = OPTION_PART, .argument = "I/N", .place = PLACE(shard), .maximum = 1000000,
        .help = "the I-th of N parts of the seeds"},
    {.name = "json", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(json),
        .replaces = "resume", .help = "write the results to FILE, even when interrupted"},
    {.name = "junit", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(junit), .help = "the same as JUnit XML"},
    {.name = "traces", .kind = OPTION_PLACE, .argument = "FOLDER", .place = PLACE(traces),
        .help = "keep the trace of each run that did not pass in FOLDER, as SEED.jsonl; FOLDER is made if it is missing"},
    {.name = "resume", .kind = OPTION_INPUT, .argument = "FILE", .place = PLACE(resume),
        .help = "skip seeds that passed in FILE, with the same command and scenario; "
            "--json may be FILE if no seed of it is left out"},
    {.name = NULL}};
/* clang-format on */

static const struct command_word words_taken[] = {{.name = "COMMAND", .minimum = 1, .maximum = 1, .program = true},
    {.name = "ARGUMENT", .minimum = 0, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command run_command = {.name = "run",
    .summary = "run a client once per seed",
    .description =
        "Runs a client once for each seed, with COMPUTECORE_SEED and, with --scenario, COMPUTECORE_SCENARIO in its "
        "environment. A run passes if the command ends with exit code 0 in time. A client whose threads all wait for "
        "something that can't happen is ended at once: a deadlock. Failures are listed by how they ended.",
    .options = options_taken,
    .words = words_taken,
    .examples = {"run --seeds 1..1000 -- ./client",
        "run --seeds 1..1000 --scenario my.json --json seeds.json -- ./client"},
    .exit_codes = "Exit code: 0 every run passed, 1 at least one did not, 2 wrong use, 130 or 143 interrupted.",
    .size = sizeof(struct farm),
    .run = run};
