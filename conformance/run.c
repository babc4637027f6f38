/* The supervisor: workers that may crash or hang, rows handed out one by one. Entry point: run_main(). */
#include "run.h"
#include "host.h"
#include "profile.h"
#include "platform/child.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 64, LINE_BYTES = 8192, TICK_MS = 100 };

struct worker {
    unsigned row;      /* number in the run; only if busy */
    bool busy, spoilt; /* spoilt: its process can run no other row */
    uint64_t deadline;
    char line[LINE_BYTES];
    size_t length;
};

struct crew {
    struct run *run;
    struct child children[WORKERS];
    struct worker workers[WORKERS];
    unsigned jobs, next, next_hazard;
    char program[4096];
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static bool start_worker(struct crew *crew, unsigned i)
{
    const struct options *options = crew->run->options;
    char *arguments[] = {crew->program, "worker", (char *)(uintptr_t)(options->target ? options->target : ""),
        options->strict ? "strict" : "loose", (char *)(uintptr_t)options->without, (char *)(uintptr_t)options->profile,
        NULL};
    crew->workers[i] = (struct worker){0};
    return child_start(&crew->children[i], crew->program, arguments, false);
}

static void finish(struct crew *crew, struct worker *worker, enum outcome outcome, const char *message)
{
    struct row_report *report = &crew->run->rows[worker->row];
    report->done = true;
    report->outcome = outcome;
    report->message = strdup(message);
    worker->busy = false;
    worker->spoilt = row_spoils_process(report->row);
    crew->run->finished++;
    report_progress(crew->run, report);
}

/* The next row that is still to be run; hazard rows come last, so that they disturb none of the others. */
static bool next_row(struct crew *crew, unsigned *index)
{
    struct run *run = crew->run;
    while (crew->next < run->count && run->rows[crew->next].row->hazard)
        crew->next++;
    if (crew->next < run->count) {
        *index = crew->next++;
        return true;
    }
    while (crew->next_hazard < run->count && !run->rows[crew->next_hazard].row->hazard)
        crew->next_hazard++;
    if (crew->next_hazard >= run->count)
        return false;
    *index = crew->next_hazard++;
    return true;
}

static void stop_worker(struct crew *crew, unsigned i)
{
    if (crew->children[i].process)
        child_wait(&crew->children[i]);
}

/* Gives a row to a worker; rows that spoil their process get a fresh one, with a foreign target hazard rows as well. */
static bool hand_out(struct crew *crew, unsigned i)
{
    struct worker *worker = &crew->workers[i];
    unsigned index;
    char line[32];
    if (interrupted || !next_row(crew, &index))
        return false;
    const struct spec_row *row = crew->run->rows[index].row;
    if (worker->spoilt || row_spoils_process(row) || (row->hazard && crew->run->options->target))
        stop_worker(crew, i);
    if (!crew->children[i].process && !start_worker(crew, i)) {
        worker->row = index;
        finish(crew, worker, OUTCOME_CRASH, "no process could be started for this row");
        return true;
    }
    worker->row = index;
    worker->busy = true;
    worker->deadline = platform_time() + (uint64_t)crew->run->options->timeout_s * 1000000000u;
    snprintf(line, sizeof line, "%u\n", (unsigned)(row - spec_rows));
    child_write(&crew->children[i], line, strlen(line)); /* a worker that is gone shows at the next read */
    return true;
}

static char *take_text(const cJSON *line, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, name));
    return text ? strdup(text) : NULL;
}

static void take_line(struct crew *crew, struct worker *worker)
{
    cJSON *line = cJSON_Parse(worker->line);
    const cJSON *outcome = cJSON_GetObjectItemCaseSensitive(line, "outcome");
    struct row_report *report = &crew->run->rows[worker->row];
    if (cJSON_IsNumber(outcome)) {
        const cJSON *time = cJSON_GetObjectItemCaseSensitive(line, "milliseconds");
        char *message = take_text(line, "message");
        report->returned = take_text(line, "return");
        report->result = take_text(line, "result");
        report->milliseconds = cJSON_IsNumber(time) ? time->valuedouble : 0;
        report->latencies = cJSON_DetachItemFromObjectCaseSensitive(line, "latencies");
        finish(crew, worker, (enum outcome)(int)outcome->valuedouble, message ? message : "");
        free(message);
    } else
        finish(crew, worker, OUTCOME_CRASH, "the row's process answered something that is no result");
    cJSON_Delete(line);
}

/* What a worker wrote, or that it has ended. */
static void listen_to(struct crew *crew, unsigned i)
{
    struct worker *worker = &crew->workers[i];
    char message[64];
    size_t got = child_read(&crew->children[i], worker->line + worker->length, LINE_BYTES - 1 - worker->length);
    worker->length += got;
    worker->line[worker->length] = 0;
    char *end = strchr(worker->line, '\n');
    if (worker->busy && end) {
        *end = 0;
        take_line(crew, worker);
        worker->length = 0;
    } else if (got == 0) {
        int status = child_wait(&crew->children[i]);
        child_describe(status, message, sizeof message);
        if (worker->busy)
            finish(crew, worker, OUTCOME_CRASH, message);
    }
}

static void check_time(struct crew *crew, unsigned i)
{
    struct worker *worker = &crew->workers[i];
    char message[96];
    if (!worker->busy || platform_time() < worker->deadline)
        return;
    snprintf(message, sizeof message, "no end within %u seconds", crew->run->options->timeout_s);
    child_kill(&crew->children[i]);
    child_wait(&crew->children[i]);
    finish(crew, worker, OUTCOME_TIMEOUT, message);
}

static void work(struct crew *crew)
{
    bool ready[WORKERS], active = true;
    while (active && !interrupted) {
        active = false;
        for (unsigned i = 0; i < crew->jobs; i++) {
            while (!crew->workers[i].busy && hand_out(crew, i) && !crew->workers[i].busy)
                ;
            active |= crew->workers[i].busy;
        }
        if (!active)
            break;
        child_poll(crew->children, ready, crew->jobs, TICK_MS);
        for (unsigned i = 0; i < crew->jobs; i++) {
            if (ready[i] && crew->children[i].process)
                listen_to(crew, i);
            if (crew->children[i].process)
                check_time(crew, i);
        }
    }
    for (unsigned i = 0; i < crew->jobs; i++) {
        if (interrupted && crew->children[i].process)
            child_kill(&crew->children[i]);
        stop_worker(crew, i);
    }
}

static void choose_rows(struct run *run)
{
    unsigned position = 0;
    run->rows = calloc(spec_row_count, sizeof *run->rows);
    for (unsigned i = 0; i < spec_row_count && run->rows; i++) {
        if (!options_choose(run->options, &spec_rows[i]))
            continue;
        if (!run->options->shards || position % run->options->shards == run->options->shard - 1)
            run->rows[run->count++].row = &spec_rows[i];
        position++;
    }
}

static int exit_code(const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        if (run->rows[i].done && report_is_bad(run->rows[i].outcome))
            return 1;
    return run->interrupted ? 130 : 0;
}

static void free_run(struct run *run)
{
    for (unsigned i = 0; i < run->count; i++) {
        free(run->rows[i].message);
        free(run->rows[i].returned);
        cJSON_Delete(run->rows[i].latencies);
        free(run->rows[i].result);
    }
    free(run->rows);
}

static unsigned needing(const struct run *run, const char *capability)
{
    unsigned count = 0;
    for (unsigned i = 0; i < run->count; i++)
        count += strstr(run->rows[i].row->needs, capability) != NULL;
    return count;
}

static int dry_run(const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        printf("%s%s\n", run->rows[i].row->id, run->rows[i].row->hazard ? " (in a process of its own)" : "");
    bool vm = strstr(run->options->without, "container") != NULL; /* then any system is a virtual machine */
    printf("%u rows would run against %s\n", run->count, run->target);
    printf(
        "%u of them would create containers, %u virtual machines; ids begin with hcs-conformance-, the owner is %s\n",
        needing(run, "container") + (vm ? 0 : needing(run, "system")),
        needing(run, "virtual-machine") + (vm ? needing(run, "system") : 0), suite_owner);
    return 0;
}

/* A worker without rows loads the target and ends: the target's own line says what is wrong with it. */
static bool run_probe(char *program, const struct options *options)
{
    struct child child;
    char *arguments[] = {program, "worker", (char *)(uintptr_t)(options->target ? options->target : ""), "loose", "",
        (char *)(uintptr_t)options->profile, NULL};
    if (!child_start(&child, program, arguments, false))
        return false;
    char message[64];
    int status = child_wait(&child);
    child_describe(status, message, sizeof message);
    if (status < 0)
        fprintf(stderr, "hcs-conformance: loading the target failed: %s\n", message);
    return status == 0;
}

int run_main(const struct options *options)
{
    static struct crew crew;
    static struct target target;
    struct run run = {.options = options};
    char error[512];
    /* The target is loaded by the workers; here it is only looked at, so that a crash in it ends no run. */
    if (!target_find(&target, options->target, error, sizeof error) ||
        !program_path(crew.program, sizeof crew.program)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    snprintf(run.target, sizeof run.target, "%s", target.path);
    choose_rows(&run);
    if (!run.count) {
        fprintf(stderr, "hcs-conformance: no row fits; hcs-conformance list shows them all\n");
        free_run(&run);
        return 2;
    }
    if (options->dry_run) {
        int code = dry_run(&run);
        free_run(&run);
        return code;
    }
    if (!run_probe(crew.program, options) || (options->target && !host_is_fit(options))) {
        free_run(&run);
        return 2;
    }
    program_on_interrupt(on_interrupt);
    crew.run = &run;
    crew.jobs = options->jobs < run.count ? options->jobs : run.count;
    uint64_t start = platform_time();
    work(&crew);
    run.seconds = (double)(platform_time() - start) / 1e9;
    run.interrupted = interrupted;
    if (options->target)
        host_cleanup_after_run(options); /* rows clean up behind themselves; this is for those that were cut off */
    bool written = !options->json || report_write_json(&run, options->json);
    report_summary(&run);
    int code = written ? exit_code(&run) : 2;
    free_run(&run);
    return code;
}
