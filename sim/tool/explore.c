/* hcs-sim explore. Entry point: the table of the command. */
#include "explore.h"
#include "base/allocate.h"
#include "explore/exhaust.h"
#include "explore/schedule/program_text.h"
#include "explore/run.h"
#include "base/files/files.h"
#include "base/process/supervisor.h"
#include "platform/environment.h"
#include "platform/platform.h"
#include "scenario_check.h"
#include "spec_schema.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_STEPS = 1000, SEARCH_TIMES = 30, MAX_JOBS = 32, WAIT_MS = 1000 };

/* --- messages of workers --- */

struct job {
    uint64_t at, first;
    bool begun, ended;
    char *law;
};

struct totals {
    uint64_t hash, calls, engine_calls, moves, seeds;
    unsigned failures;
    bool failed; /* a worker could not run */
    struct coverage coverage;
    struct supervisor *supervisor; /* job i is in slot i */
    struct job jobs[MAX_JOBS];
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
        job->law = allocate_copy(strchr(line + 7, ' ') + 1);
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
    if (explore->no_faults)
        fputs(" --no-faults", out);
    if (!explore->scenario || explore->no_faults)
        return;
    fputs(" --scenario ", out);
    put_quoted(out, explore->scenario);
}

/* nothing (may be NULL): for each move, true if it had no effect. */
static void show_moves(const struct schedule *schedule, const bool *nothing)
{
    char text[MOVE_TEXT];
    for (size_t i = 0; i < schedule->count; i++) {
        move_print(&schedule->moves[i], text);
        if (schedule->setup && schedule->setup == i)
            puts("    then");
        printf("    %s%s\n", text, nothing && nothing[i] ? "    <- has no effect here, and was skipped" : "");
    }
}

bool explore_write(const char *path, const char *text)
{
    const char *why = file_write(path, text);
    if (why)
        fprintf(stderr, "hcs-sim: explore: %s can't be written: %s\n", path, why);
    return !why;
}

/* Saves the schedule as a row of the suite; without a description of its own it is described by the law that it breaks.
 */
static void save_schedule(const struct explore *explore, struct schedule *schedule, const char *law)
{
    if (!explore->save)
        return;
    if (!schedule->description && law)
        schedule->description = allocate_copy(law);
    char *json = schedule_json(schedule);
    (void)explore_write(explore->save, json);
    free(json);
}

/* Replays the schedule in this process, keeping the moves that have an effect and the clock after each. That is safe:
   the law is broken by the last move, if at all. */
static char *make_program(const struct schedule *schedule)
{
    static struct exploration exploration;
    struct schedule made = {.seed = schedule->seed, .faults = schedule->faults, .scenario = schedule->scenario};
    struct run_step *steps = allocate_zeros(schedule->count + 1, sizeof *steps);
    bool good = SUCCEEDED(run_schedule(&exploration, schedule, NULL, steps));
    for (size_t i = 0; good && i < schedule->count; i++)
        if (steps[i].time != UINT64_MAX) {
            steps[made.count] = steps[i];
            schedule_add(&made, &schedule->moves[i]);
        }
    char *text = good ? program_text(&made, steps) : NULL;
    free(made.moves);
    free(steps);
    return text;
}

static void write_program(const struct explore *explore, const struct schedule *schedule)
{
    char *text = make_program(schedule);
    (void)explore_write(explore->program, text);
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
        puts("  the same moves break no law when they are repeated");
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

static void start_job(const struct explore *explore, struct totals *totals, unsigned number)
{
    struct job *job = &totals->jobs[number];
    struct explore own = *explore;
    free(job->law);
    *job = (struct job){.first = job->first};
    own.seeds.first = job->first;
    if (own.seeds.first <= own.seeds.last)
        tool_child_start(totals->supervisor, number, &own, (char *[]){NULL}, explore->timeout_s);
}

/* A worker has ended. */
static void end_job(const struct explore *explore, struct totals *totals, const struct supervisor_news *news)
{
    struct job *job = &totals->jobs[news->slot];
    char text[TOOL_CHILD_TEXT];
    if (job->ended && !job->law)
        return;
    if (!job->begun || news->status == 2) {
        totals->failed = true;
        return;
    }
    tool_child_describe(news->status, text);
    totals->failures++;
    show_finding(explore, job->at, job->law ? job->law : news->event == SUPERVISOR_LATE ? "the library hangs" : text);
    if (totals->failures >= explore->failures || job->at > explore->seeds.last - explore->step)
        return;
    job->first = job->at + explore->step;
    start_job(explore, totals, news->slot);
}

static void show_progress(const struct explore *explore, const struct totals *totals, uint64_t *shown)
{
    uint64_t now = platform_time(), others = (explore->seeds.last - explore->seeds.first) / explore_shards(explore);
    if (!program_output_is_terminal() || now - *shown < 200000000u)
        return;
    *shown = now;
    printf("\r\033[K[%" PRIu64 "/%" PRIu64 "]", totals->seeds, others + (others < UINT64_MAX));
    fflush(stdout);
}

static bool is_any_running(const struct totals *totals, unsigned jobs)
{
    for (unsigned i = 0; i < jobs; i++)
        if (supervisor_runs(totals->supervisor, i))
            return true;
    return false;
}

static void start_all(struct explore *explore, struct totals *totals)
{
    uint64_t shards = explore_shards(explore);
    explore->step = (unsigned)shards * explore->jobs;
    for (unsigned i = 0; i < explore->jobs; i++)
        if (explore_seed_at(explore, explore_shard(explore) + i * shards, &totals->jobs[i].first))
            start_job(explore, totals, i);
}

static void work(struct explore *explore, struct totals *totals)
{
    uint64_t shown = 0;
    start_all(explore, totals);
    while (!signal_exit_code() && !totals->failed && totals->failures < explore->failures &&
           is_any_running(totals, explore->jobs)) {
        struct supervisor_news news;
        supervisor_wait(totals->supervisor, WAIT_MS, &news);
        if (news.event == SUPERVISOR_MESSAGE) {
            take_line(totals, &totals->jobs[news.slot], news.message);
            supervisor_limit(totals->supervisor, news.slot, explore->timeout_s);
        } else if (news.event != SUPERVISOR_QUIET)
            end_job(explore, totals, &news);
        show_progress(explore, totals, &shown);
    }
    for (unsigned i = 0; i < explore->jobs; i++)
        free(totals->jobs[i].law);
    if (program_output_is_terminal())
        printf("\r\033[K");
}

/* --- the whole --- */

static int finish(const struct explore *explore, const struct totals *totals)
{
    unsigned met, defined;
    int code = totals->failed ? 2 : signal_exit_code() ? signal_exit_code() : totals->failures > 0;
    if (explore->coverage)
        coverage_print(&totals->coverage, stdout);
    if (explore->svg) {
        char *svg = coverage_svg(&totals->coverage);
        code = explore_write(explore->svg, svg) ? code : 2;
        free(svg);
    }
    coverage_sum(&totals->coverage, &met, &defined);
    printf("%" PRIu64 " seeds, %" PRIu64 " moves, %" PRIu64 " calls, %" PRIu64
           " of them reached the engine; %u of %u cells of the matrices met; %u broken law%s%s\n",
        totals->seeds, totals->moves, totals->calls, totals->engine_calls, met, defined, totals->failures,
        totals->failures == 1 ? "" : "s", signal_exit_code() ? "; interrupted" : "");
    printf("trace hash: %016" PRIx64 "\n", totals->hash);
    return code;
}

static int explore_seeds(struct explore *explore)
{
    static struct totals totals;
    printf(
        "seeds %" PRIu64 "..%" PRIu64 ", %u moves each, ", explore->seeds.first, explore->seeds.last, explore->steps);
    printf(explore->clients ? "%u clients, " : "clients drawn, ", explore->clients);
    printf("scenario %s\n", explore->no_faults ? "without faults" : explore->scenario ? explore->scenario : "drawn");
    fflush(stdout);
    totals.supervisor = supervisor_open(explore->jobs);
    work(explore, &totals);
    supervisor_close(totals.supervisor);
    return finish(explore, &totals);
}

/* Reads the schedule given with --moves or --schedule. */
static bool read_given(const struct explore *explore, struct schedule *schedule)
{
    return explore->moves ? schedule_read_text("hcs-sim", explore->moves, schedule)
                          : schedule_read("hcs-sim", explore->schedule, schedule);
}

/* Prints the child's messages until it ends. Returns how it ended. */
static struct supervisor_news pass_on(
    const struct explore *explore, struct supervisor *supervisor, struct totals *totals)
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    while (supervisor_runs(supervisor, 0) && !signal_exit_code()) {
        supervisor_wait(supervisor, WAIT_MS, &news);
        if (news.event != SUPERVISOR_MESSAGE)
            continue;
        supervisor_limit(supervisor, 0, explore->timeout_s * SEARCH_TIMES);
        if (!strncmp(news.message, "say ", 4))
            puts(news.message + 4), fflush(stdout);
        else
            take_line(totals, &totals->jobs[0], news.message);
    }
    return news;
}

/* given: the text of a schedule whose calls are searched; NULL: drawn calls. */
static int search(const struct explore *explore, const char *given)
{
    static struct totals totals;
    char calls[16], preemptions[16], runs[16];
    snprintf(calls, sizeof calls, "%u", explore->calls);
    snprintf(preemptions, sizeof preemptions, "%u", explore->preemptions);
    snprintf(runs, sizeof runs, "%u", explore->runs);
    char *more[] = {"--exhaustive", "--calls", calls, "--preemptions", preemptions, "--runs", runs,
        given ? "--schedule" : NULL, "-", NULL};
    struct supervisor *supervisor = supervisor_open(1);
    struct supervisor_news news = {.event = SUPERVISOR_ENDED, .status = 2};
    char text[TOOL_CHILD_TEXT];
    tool_child_start(supervisor, 0, explore, more, explore->timeout_s * SEARCH_TIMES);
    if (!given || supervisor_send(supervisor, 0, given))
        news = pass_on(explore, supervisor, &totals);
    supervisor_close(supervisor);
    free(totals.jobs[0].law);
    bool hangs = news.event == SUPERVISOR_LATE;
    tool_child_describe(news.status, text);
    if (!signal_exit_code() && (hangs || (news.status != 0 && news.status != 1)))
        puts(hangs ? "the library hangs" : text);
    printf("trace hash: %016" PRIx64 "\n", totals.hash);
    return signal_exit_code() ? signal_exit_code() : news.status == 2 ? 2 : hangs || news.status != 0;
}

static int explore_every(struct explore *explore)
{
    struct schedule schedule = {0};
    bool given = explore->moves || explore->schedule;
    if (given && !read_given(explore, &schedule))
        return 2;
    if (schedule.scenario && !explore->scenario)
        explore->scenario = schedule.scenario;
    char *text = given ? schedule_text(&schedule) : NULL;
    int code = given && !text ? 2 : search(explore, text);
    free(text);
    schedule_free(&schedule);
    return code;
}

static int explore_schedule(const struct explore *explore)
{
    struct schedule schedule;
    if (!read_given(explore, &schedule))
        return 2;
    if (explore->scenario && !schedule.scenario)
        schedule.scenario = allocate_copy(explore->scenario);
    if (schedule.description)
        printf("%s\n", schedule.description);
    bool *nothing = allocate_zeros(schedule.count + 1, sizeof *nothing);
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

/* As the scenario that a seed draws, if it draws no fault. */
static const char without_faults[] = "{\"" FIELD_Scenario_clients "\":1}";

static int run(void *values, const struct command_words *words)
{
    struct explore *explore = values;
    (void)words;
    allocate_variable("COMPUTECORE_ENGINE", "sim"); /* whatever clients in this environment would use */
    if (explore->worker)
        return explore_worker(explore);
    if (explore->scenario && !scenario_check(explore->scenario))
        return 2;
    explore->no_faults |= explore->save_seeds != NULL; /* which no other target can be told to have */
    if (explore->no_faults)
        explore->scenario = without_faults;
    if (explore->exhaustive)
        return explore_every(explore);
    if (explore->moves || explore->schedule)
        return explore_schedule(explore);
    if (explore->save_seeds && !save_seeds_can(explore))
        return 2;
    int code = explore_seeds(explore);
    return code || !explore->save_seeds ? code : save_seeds(explore);
}

/* clang-format off */
#define PLACE(member) offsetof(struct explore, member)

static const struct command_option options_taken[] = {
    {.name = "seeds", .kind = OPTION_RANGE, .argument = "A..B", .place = PLACE(seeds), .fallback = "1..1000",
        .help = "the first and the last seed, both included"},
    {.name = "steps", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(steps), .minimum = 1, .maximum = 100000000,
        .fallback = "1000", .help = "the number of moves for each seed"},
    {.name = "clients", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(clients), .minimum = 1,
        .maximum = MOVE_CLIENTS, .help = "the number of clients, 1 to 4; default: drawn for each seed"},
    {.name = "scenario", .kind = OPTION_INPUT, .argument = "FILE", .place = PLACE(scenario),
        .help = "host, latencies and faults for all seeds, instead of drawn ones"},
    {.name = "no-faults", .kind = OPTION_FLAG, .place = PLACE(no_faults), .excludes = "scenario",
        .help = "draw no faults for any seed"},
    {.name = "jobs", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(jobs), .minimum = 1,
        .maximum = MAX_JOBS, .fallback = "1", .help = "processes at a time; the trace hash is the same unless a law breaks"},
    {.name = "shard", .kind = OPTION_PART, .argument = "I/N", .place = PLACE(shard), .maximum = 1000000,
        .help = "the I-th of N parts of the seeds"},
    {.name = "failures", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(failures), .minimum = 1, .maximum = 1000000,
        .fallback = "1", .help = "stop after N seeds that break a law"},
    {.name = "no-reduce", .kind = OPTION_FLAG, .place = PLACE(as_found), .help = "do not reduce schedules that break a law"},
    {.name = "timeout", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = PLACE(timeout_s), .minimum = 1,
        .maximum = 86400, .fallback = "20", .help = "time limit of a seed, in real time"},
    {.name = "coverage", .kind = OPTION_FLAG, .place = PLACE(coverage),
        .help = "print which calls were made in which states, and their outcomes"},
    {.name = "svg", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(svg), .help = "the same as a picture"},
    {.name = "moves", .kind = OPTION_TEXT, .argument = "TEXT", .place = PLACE(moves), .excludes = "schedule",
        .help = "make these moves instead of drawing"},
    {.name = "schedule", .kind = OPTION_INPUT, .argument = "FILE", .place = PLACE(schedule), .help = "make the moves of a file"},
    {.name = "exhaustive", .kind = OPTION_FLAG, .place = PLACE(exhaustive),
        .help = "try every interleaving of two clients; report the move after which a failure can't be avoided"},
    {.name = "calls", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(calls), .minimum = 1, .maximum = EXHAUST_CALLS,
        .fallback = "5", .help = "with --exhaustive: drawn calls of each client"},
    {.name = "preemptions", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(preemptions), .minimum = 0,
        .maximum = 999, .fallback = "2", .help = "with --exhaustive: the maximum number of preemptions"},
    {.name = "runs", .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(runs), .minimum = 1, .maximum = 1000000000,
        .fallback = "1000000", .help = "with --exhaustive: the maximum number of runs"},
    {.name = "save", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(save),
        .help = "write the reduced schedule there: hcs-conformance run --schedule plays it on any target, and in "
                "fixtures/schedules/ it is a row of the suite"},
    {.name = "save-seeds", .kind = OPTION_PLACE, .argument = "DIR", .place = PLACE(save_seeds),
        .excludes = "scenario,moves,schedule,exhaustive",
        .help = "if no law is broken, write the moves of each seed, drawn without faults, to DIR/seed-N.json, for other targets"},
    {.name = "program", .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(program),
        .help = "the same as a C program"},
    {.name = "worker", .hidden = true, .kind = OPTION_FLAG, .place = PLACE(worker), .help = "a child of this tool"},
    {.name = "record", .hidden = true, .kind = OPTION_FLAG, .place = PLACE(record), .help = "for a worker: report the moves"},
    {.name = "step", .hidden = true, .kind = OPTION_NUMBER, .argument = "N", .place = PLACE(step), .minimum = 1,
        .maximum = UINT_MAX, .fallback = "1", .help = "for a worker: the step from seed to seed"},
    {.name = NULL}};
/* clang-format on */

const struct command explore_command = {.name = "explore",
    .summary = "check random calls against the model; reduce what breaks a law",
    .description =
        "Makes random calls, drawn from a seed, of one to four virtual clients and of callbacks, interleaved wherever "
        "the library could be interrupted, with faults for three of four seeds. Everything is checked against the "
        "state matrices and the lifetime laws. The last line is 'trace hash: HEX'.",
    .options = options_taken,
    .examples = {"explore --seeds 1..10000 --jobs 2",
        "explore --exhaustive --preemptions 4 --schedule two-closers.json"},
    .exit_codes = "Exit code: 0 no law was broken, 1 one was, 2 wrong use, 130 or 143 interrupted.",
    .size = sizeof(struct explore),
    .run = run};
