/* hcs-sim explore. Entry point: the table of the command. */
#include "explore.h"
#include "explore/exhaust.h"
#include "explore/program_text.h"
#include "explore/run.h"
#include "interrupt.h"
#include "base/files.h"
#include "platform/environment.h"
#include "platform/platform.h"
#include "backend/scenario.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_STEPS = 1000, MAX_JOBS = 32 };

/* --- what workers tell --- */

struct totals {
    uint64_t hash, calls, engine_calls, moves, seeds;
    unsigned failures;
    bool failed; /* a worker can't work */
    struct coverage coverage;
};

struct job {
    struct tool_child *child; /* NULL: it has nothing to do any more */
    uint64_t at, first;
    bool begun, ended;
    char *law;
};

static void take_sum(struct totals *totals, const char *line)
{
    uint64_t hash = 0, calls = 0, engine = 0, moves = 0;
    if (sscanf(line, "sum %" SCNx64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &hash, &calls, &engine, &moves) != 4)
        return;
    totals->hash += hash;
    totals->calls += calls;
    totals->engine_calls += engine;
    totals->moves += moves;
}

static void take_coverage(struct totals *totals, const char *line)
{
    size_t index;
    unsigned count;
    if (sscanf(line, "coverage %zu %u", &index, &count) == 2 && index < sizeof totals->coverage / sizeof(uint32_t))
        (&totals->coverage.seen[0][0][0][0])[index] += count;
}

static void take_line(struct totals *totals, struct job *job, const char *line)
{
    if (sscanf(line, "at %" SCNu64, &job->at) == 1) {
        job->begun = true;
        totals->seeds++;
    } else if (!strncmp(line, "broken ", 7) && strchr(line + 7, ' ')) {
        free(job->law);
        job->law = strdup(strchr(line + 7, ' ') + 1);
    } else if (!strcmp(line, "done"))
        job->ended = true;
    take_sum(totals, line);
    take_coverage(totals, line);
}

/* --- findings --- */

static void put_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    fputc('\'', out);
}

static void put_options(const struct explore *explore, FILE *out)
{
    if (!explore->scenario)
        return;
    fputs(" --scenario ", out);
    put_quoted(out, explore->scenario);
}

/* nothing (may be NULL): of each move, whether it meant nothing. */
static void show_moves(const struct schedule *schedule, const bool *nothing)
{
    char text[MOVE_TEXT];
    for (size_t i = 0; i < schedule->count; i++) {
        move_print(&schedule->moves[i], text);
        if (schedule->setup && schedule->setup == i)
            puts("    then");
        printf("    %s%s\n", text, nothing && nothing[i] ? "    <- means nothing here, and was left out" : "");
    }
}

/* A row of the suite says what it is about: without a description of its own, the law that it breaks. */
static void save_schedule(const struct explore *explore, struct schedule *schedule, const char *law)
{
    if (!explore->save)
        return;
    if (!schedule->description && law)
        schedule->description = strdup(law);
    char *json = schedule_json(schedule);
    if (!json || !file_write(explore->save, json))
        fprintf(stderr, "hcs-sim: explore: %s can't be written\n", explore->save);
    free(json);
}

/* The moves that mean something, with the clock after each. Made in this process: the law breaks at the end if at all.
 */
static char *make_program(const struct schedule *schedule)
{
    static struct exploration exploration;
    struct schedule made = {.seed = schedule->seed, .faults = schedule->faults, .scenario = schedule->scenario};
    struct run_step *steps = calloc(schedule->count + 1, sizeof *steps);
    bool good = steps && SUCCEEDED(run_schedule(&exploration, schedule, NULL, steps));
    for (size_t i = 0; good && i < schedule->count; i++)
        if (steps[i].time != UINT64_MAX) {
            steps[made.count] = steps[i];
            good = schedule_add(&made, &schedule->moves[i]);
        }
    char *text = good ? program_text(&made, steps) : NULL;
    free(made.moves);
    free(steps);
    return text;
}

static void write_program(const struct explore *explore, const struct schedule *schedule)
{
    char *text = make_program(schedule);
    if (!text || !file_write(explore->program, text))
        fprintf(stderr, "hcs-sim: explore: %s can't be written\n", explore->program);
    free(text);
}

static void show_finding(const struct explore *explore, uint64_t seed, const char *law)
{
    struct schedule schedule;
    printf("seed %" PRIu64 " breaks a law: %s\n", seed, law);
    bool recorded = shrink_record(explore, seed, &schedule);
    size_t whole = schedule.count;
    char *again = recorded ? shrink_pin_faults(explore, &schedule) : NULL;
    if (again && !explore->as_found)
        shrink_reduce(explore, &schedule, again);
    if (again) {
        if (!explore->as_found)
            printf("  reduced from %zu to %zu moves:\n", whole, schedule.count);
        else
            printf("  after %zu moves:\n", schedule.count);
        show_moves(&schedule, NULL);
        char *text = schedule_text(&schedule);
        fputs("  these moves: hcs-sim explore", stdout);
        put_options(explore, stdout);
        fputs(" --moves ", stdout);
        put_quoted(stdout, text ? text : "");
        fputc('\n', stdout);
        puts("  as a row of the suite: the same with --save fixtures/schedules/NAME.json");
        save_schedule(explore, &schedule, again);
        if (explore->program)
            write_program(explore, &schedule);
        free(text);
    }
    if (!again)
        puts("  made again, the same moves break nothing");
    printf("  the whole seed: hcs-sim explore");
    put_options(explore, stdout);
    if (explore->steps != DEFAULT_STEPS)
        printf(" --steps %u", explore->steps);
    if (explore->clients)
        printf(" --clients %u", explore->clients);
    printf(" --seeds %" PRIu64 "..%" PRIu64 "\n", seed, seed);
    free(again);
    schedule_free(&schedule);
}

/* --- jobs --- */

static bool start_job(const struct explore *explore, struct job *job)
{
    struct explore own = *explore;
    free(job->law);
    *job = (struct job){.first = job->first};
    own.seeds.first = job->first;
    if (own.seeds.first > own.seeds.last)
        return true;
    job->child = tool_child_start(&own, (char *[]){NULL});
    return job->child != NULL;
}

/* A worker has told all it will. */
static void end_job(const struct explore *explore, struct totals *totals, struct job *job, bool hangs)
{
    int status = tool_child_end(job->child);
    char text[TOOL_CHILD_TEXT];
    job->child = NULL;
    if (interrupted || (job->ended && !job->law))
        return;
    if (!job->begun || status == 2) {
        totals->failed = true;
        return;
    }
    tool_child_describe(status, text);
    totals->failures++;
    show_finding(explore, job->at, job->law ? job->law : hangs ? "the library hangs" : text);
    if (totals->failures >= explore->failures || job->at > explore->seeds.last - explore->step)
        return;
    job->first = job->at + explore->step;
    totals->failed |= !start_job(explore, job);
}

static void show_progress(const struct explore *explore, const struct totals *totals, uint64_t *shown)
{
    uint64_t now = platform_time();
    if (!program_output_is_terminal() || now - *shown < 200000000u)
        return;
    *shown = now;
    printf("\r\033[K[%" PRIu64 "/%" PRIu64 "]", totals->seeds,
        (explore->seeds.last - explore->seeds.first) / explore->step + 1);
    fflush(stdout);
}

static void work(struct explore *explore, struct totals *totals)
{
    static struct job jobs[MAX_JOBS];
    uint64_t shown = 0;
    unsigned active = 1;
    uint64_t part = explore->shard.of ? explore->shard.of : 1,
             from = explore->seeds.first + (explore->shard.of ? explore->shard.part - 1 : 0);
    explore->step = (unsigned)part * explore->jobs;
    for (unsigned i = 0; i < explore->jobs; i++) {
        jobs[i].first = from + i * part;
        totals->failed |= !start_job(explore, &jobs[i]);
    }
    while (active && !interrupted && !totals->failed && totals->failures < explore->failures) {
        active = 0;
        for (unsigned i = 0; i < explore->jobs; i++) {
            bool hangs;
            const char *line = jobs[i].child ? tool_child_line(jobs[i].child, explore->timeout_s, &hangs) : NULL;
            if (line)
                take_line(totals, &jobs[i], line);
            else if (jobs[i].child)
                end_job(explore, totals, &jobs[i], hangs);
            active += jobs[i].child != NULL;
        }
        show_progress(explore, totals, &shown);
    }
    for (unsigned i = 0; i < explore->jobs; i++) {
        if (jobs[i].child)
            (void)tool_child_end(jobs[i].child);
        free(jobs[i].law);
    }
    if (program_output_is_terminal())
        printf("\r\033[K");
}

/* --- the whole --- */

static int finish(const struct explore *explore, const struct totals *totals)
{
    unsigned met, defined;
    int code = totals->failed ? 2 : interrupted ? 130 : totals->failures > 0;
    if (explore->coverage)
        coverage_print(&totals->coverage, stdout);
    if (explore->svg) {
        FILE *file = fopen(explore->svg, "w");
        if (file)
            coverage_svg(&totals->coverage, file);
        if (!file || fclose(file)) {
            fprintf(stderr, "hcs-sim: explore: %s can't be written\n", explore->svg);
            code = 2;
        }
    }
    coverage_sum(&totals->coverage, &met, &defined);
    printf("%" PRIu64 " seeds, %" PRIu64 " moves, %" PRIu64 " calls, %" PRIu64
           " of them reached the engine; %u of %u cells of the matrices met; %u broken law%s%s\n",
        totals->seeds, totals->moves, totals->calls, totals->engine_calls, met, defined, totals->failures,
        totals->failures == 1 ? "" : "s", interrupted ? "; interrupted" : "");
    printf("trace hash: %016" PRIx64 "\n", totals->hash);
    return code;
}

static int explore_seeds(struct explore *explore)
{
    static struct totals totals;
    printf(
        "seeds %" PRIu64 "..%" PRIu64 ", %u moves each, ", explore->seeds.first, explore->seeds.last, explore->steps);
    printf(explore->clients ? "%u clients, " : "clients drawn, ", explore->clients);
    printf("scenario %s\n", explore->scenario ? explore->scenario : "drawn");
    fflush(stdout);
    interrupt_listen();
    work(explore, &totals);
    return finish(explore, &totals);
}

/* What --moves or --schedule gave. */
static bool read_given(const struct explore *explore, struct schedule *schedule)
{
    return explore->moves ? schedule_read_text("hcs-sim", explore->moves, schedule)
                          : schedule_read("hcs-sim", explore->schedule, schedule);
}

/* The child tells it all; what is left is to pass it on. */
static int explore_every(struct explore *explore)
{
    static struct totals totals;
    struct schedule schedule = {0};
    char length[32], calls[16], preemptions[16], runs[16];
    bool given = explore->moves || explore->schedule, hangs = false, sent = true;
    if (given && !read_given(explore, &schedule))
        return 2;
    if (schedule.scenario && !explore->scenario)
        explore->scenario = schedule.scenario;
    snprintf(calls, sizeof calls, "%u", explore->calls);
    snprintf(preemptions, sizeof preemptions, "%u", explore->preemptions);
    snprintf(runs, sizeof runs, "%u", explore->runs);
    char *more[] = {"--exhaustive", "--calls", calls, "--preemptions", preemptions, "--runs", runs,
        given ? "--schedule" : NULL, "-", NULL};
    struct tool_child *child = tool_child_start(explore, more);
    char *text = given ? schedule_text(&schedule) : NULL;
    if (child && text) {
        snprintf(length, sizeof length, "%zu\n", strlen(text));
        sent = tool_child_send(child, length) && tool_child_send(child, text);
    }
    free(text);
    struct job job = {.child = child};
    const char *line;
    while (child && sent && !interrupted && (line = tool_child_line(child, explore->timeout_s * 30, &hangs)))
        if (!strncmp(line, "say ", 4))
            puts(line + 4), fflush(stdout);
        else
            take_line(&totals, &job, line);
    int status = child ? tool_child_end(child) : 2;
    schedule_free(&schedule);
    if (!interrupted && (hangs || (status != 0 && status != 1)))
        printf(hangs ? "the library hangs\n" : "the library ends the process (%s %d)\n", status < 0 ? "signal" : "code",
            abs(status));
    printf("trace hash: %016" PRIx64 "\n", totals.hash);
    free(job.law);
    return interrupted ? 130 : status == 2 ? 2 : hangs || status != 0;
}

static int explore_schedule(const struct explore *explore)
{
    struct schedule schedule;
    if (!read_given(explore, &schedule))
        return 2;
    if (explore->scenario && !schedule.scenario)
        schedule.scenario = strdup(explore->scenario);
    if (schedule.description)
        printf("%s\n", schedule.description);
    bool *nothing = calloc(schedule.count + 1, sizeof *nothing);
    char *law = shrink_try(explore, &schedule, nothing);
    show_moves(&schedule, nothing);
    free(nothing);
    puts(law ? law : "no law is broken");
    if (schedule.setup)
        puts("(the moves in their order; --exhaustive makes those behind 'then' in every order)");
    save_schedule(explore, &schedule, law);
    if (explore->program)
        write_program(explore, &schedule);
    int code = law != NULL;
    free(law);
    schedule_free(&schedule);
    return code;
}

/* --- the command --- */

static int run(void *values, const struct command_words *words)
{
    struct explore *explore = values;
    (void)words;
    if (explore->worker)
        return explore_worker(explore);
    struct scenario scenario;
    const struct engine_option list[] = SCENARIO_OPTIONS(explore->scenario, NULL, NULL);
    struct engine_options options = {list, SCENARIO_OPTION_COUNT, false};
    if (explore->scenario && FAILED(scenario_read(&options, &scenario)))
        return 2;
    if (explore->scenario)
        scenario_free(&scenario);
    if (explore->exhaustive) {
        interrupt_listen();
        return explore_every(explore);
    }
    return explore->moves || explore->schedule ? explore_schedule(explore) : explore_seeds(explore);
}

/* clang-format off */
#define PLACE(member) offsetof(struct explore, member)

static const struct command_option options_taken[] = {
    {.name = "seeds", .kind = OPTION_RANGE, .argument = "A..B", .place = PLACE(seeds), .fallback = "1..1000",
        .help = "the seeds, both included"},
    {.name = "steps", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(steps), .least = 1, .most = 100000000,
        .fallback = "1000", .help = "moves of a seed"},
    {.name = "clients", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(clients), .least = 1,
        .most = MOVE_CLIENTS, .help = "1 to 4; without it drawn"},
    {.name = "scenario", .kind = OPTION_INPUT, .argument = "FILE", .place = PLACE(scenario),
        .help = "host, latencies and faults of all seeds, in place of those that are drawn"},
    {.name = "jobs", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(jobs), .least = 1,
        .most = MAX_JOBS, .fallback = "1", .help = "processes at a time; the trace hash is the same unless a law breaks"},
    {.name = "shard", .kind = OPTION_PART, .argument = "I/N", .place = PLACE(shard), .most = 1000000,
        .help = "the I-th of N parts of the seeds"},
    {.name = "failures", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(failures), .least = 1, .most = 1000000,
        .fallback = "1", .help = "stop after so many seeds that break a law"},
    {.name = "no-reduce", .kind = OPTION_FLAG, .place = PLACE(as_found), .help = "show them as they are"},
    {.name = "timeout", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = PLACE(timeout_s), .least = 1,
        .most = 86400, .fallback = "20", .help = "for one seed, in real time"},
    {.name = "coverage", .kind = OPTION_FLAG, .place = PLACE(coverage),
        .help = "print which calls met which states, and how they ended"},
    {.name = "svg", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(svg), .help = "the same as a picture"},
    {.name = "moves", .kind = OPTION_TEXT, .argument = "TEXT", .place = PLACE(moves), .excludes = "schedule",
        .help = "make these moves instead of drawing"},
    {.name = "schedule", .kind = OPTION_INPUT, .argument = "FILE", .place = PLACE(schedule), .help = "those of a file"},
    {.name = "exhaustive", .kind = OPTION_FLAG, .place = PLACE(exhaustive),
        .help = "every interleaving of two clients, once; says after which move a failure can't be avoided any more"},
    {.name = "calls", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(calls), .least = 1, .most = EXHAUST_CALLS,
        .fallback = "5", .help = "with --exhaustive: drawn calls of each client"},
    {.name = "preemptions", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(preemptions), .least = 0,
        .most = 999, .fallback = "2", .help = "with --exhaustive: at most so many"},
    {.name = "runs", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(runs), .least = 1, .most = 1000000000,
        .fallback = "1000000", .help = "with --exhaustive: the limit"},
    {.name = "save", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(save),
        .help = "write the reduced schedule there: hcs-conformance run --schedule plays it on any target, and in "
                "fixtures/schedules/ it is a row of the suite"},
    {.name = "program", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(program),
        .help = "the same as a C program"},
    {.name = "worker", .hidden = true, .kind = OPTION_FLAG, .place = PLACE(worker), .help = "a child of this tool"},
    {.name = "record", .hidden = true, .kind = OPTION_FLAG, .place = PLACE(record), .help = "of a worker: tell the moves"},
    {.name = "step", .hidden = true, .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(step), .least = 1,
        .most = UINT_MAX, .fallback = "1", .help = "of a worker: from seed to seed"},
    {.name = NULL}};
/* clang-format on */

const struct command explore_command = {.name = "explore",
    .summary = "drawn calls against the model; what breaks a law is reduced",
    .description =
        "Makes calls that are drawn with a seed, of one to four virtual clients and of callbacks, interleaved "
        "wherever the library could be interrupted, with faults for three seeds of four. Everything is held "
        "against the state matrices and the lifetime laws. The last line is 'trace hash: HEX'.",
    .options = options_taken,
    .examples = {"explore --seeds 1..10000 --jobs 2",
        "explore --exhaustive --preemptions 4 --schedule two-closers.json"},
    .exit_codes = "Exit code: 0 no law was broken, 1 one was, 2 wrong use, 130 interrupted.",
    .size = sizeof(struct explore),
    .run = run};
