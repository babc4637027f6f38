/* The supervisor: workers that may crash or hang, rows handed out one by one. Entry point: run_main(). */
#include "run.h"
#include "document/document.h"
#include "host.h"
#include "journal.h"
#include "row/profile.h"
#include "platform/process.h"
#include "platform/signal.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 64, LINE_BYTES = 65536, TICK_MS = 100 };

struct worker {
    unsigned row;      /* number in the run; only if busy */
    bool busy, spoilt; /* spoilt: its process can run no other row */
    uint64_t deadline;
    char line[LINE_BYTES];
    size_t length;
};

/* Where a pass through the rows stands. */
struct pass {
    unsigned next, round;
};

struct crew {
    struct run *run;
    struct child children[WORKERS];
    struct worker workers[WORKERS];
    unsigned jobs, repeat;
    struct pass plain, hazard;
    unsigned *again; /* rows that are run once more; each stands there once */
    unsigned again_count;
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

static bool is_flaky(const struct row_report *report)
{
    unsigned kinds = 0;
    for (int i = 0; i < OUTCOMES; i++)
        kinds += report->tally[i] > 0;
    return kinds > 1;
}

static void keep_run(struct row_report *report, enum outcome outcome, const char *message, cJSON *answer)
{
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(answer, "milliseconds");
    bool counts = !report->message || outcome_is_bad(outcome) || !outcome_is_bad(report->outcome);
    double *samples = realloc(report->samples, (report->runs + 1) * sizeof *samples);
    if (!samples)
        abort();
    report->samples = samples;
    samples[report->runs++] = cJSON_IsNumber(time) ? time->valuedouble : 0;
    report->tally[outcome]++;
    if (!counts) {
        cJSON_Delete(answer);
        return;
    }
    free(report->message);
    cJSON_Delete(report->answer);
    report->outcome = outcome;
    report->message = strdup(message);
    report->answer = answer;
}

/* All runs of a row are over. */
static void close_row(struct crew *crew, struct row_report *report)
{
    char message[TEXT_BYTES];
    if (is_flaky(report)) {
        int used = 0;
        for (int i = 0; i < OUTCOMES; i++)
            if (report->tally[i])
                used += snprintf(message + used, sizeof message - (size_t)used, "%s%u of %u runs %s", used ? ", " : "",
                    report->tally[i], report->runs, outcome_names[i]);
        snprintf(message + used, sizeof message - (size_t)used, ": %.300s", report->message ? report->message : "");
        free(report->message);
        report->message = strdup(message);
        report->outcome = OUTCOME_FLAKY;
    }
    report->done = true;
    crew->run->finished++;
    run_finish_row(crew->run, report);
    run_show_row(crew->run, report);
}

/* A row has run; answer: what the worker said, taken. */
static void finish(struct crew *crew, struct worker *worker, enum outcome outcome, const char *message, cJSON *answer)
{
    const struct options *options = crew->run->options;
    struct row_report *report = &crew->run->rows[worker->row];
    worker->busy = false;
    worker->spoilt = row_spoils_process(report->row);
    keep_run(report, outcome, message, answer);
    if (report->runs < crew->repeat)
        return;
    if (outcome_is_bad(outcome) && report->retries < options->retries) {
        report->retries++;
        crew->again[crew->again_count++] = worker->row;
        return;
    }
    close_row(crew, report);
}

/* The next row in one of the two passes that is still to be run; rows come as often as they are to be repeated. */
static bool next_in_pass(struct crew *crew, struct pass *pass, bool hazard, unsigned *index)
{
    const struct run *run = crew->run;
    for (;;) {
        while (pass->next < run->count && (run->rows[pass->next].row->hazard != hazard || run->rows[pass->next].done))
            pass->next++;
        if (pass->next < run->count) {
            *index = pass->next++;
            return true;
        }
        if (++pass->round >= crew->repeat)
            return false;
        pass->next = 0;
    }
}

/* Hazard rows come last, so that they disturb none of the others. */
static bool next_row(struct crew *crew, unsigned *index)
{
    if (crew->again_count) {
        *index = crew->again[--crew->again_count];
        return true;
    }
    return next_in_pass(crew, &crew->plain, false, index) || next_in_pass(crew, &crew->hazard, true, index);
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
        finish(crew, worker, OUTCOME_CRASH, "no process could be started for this row", NULL);
        return true;
    }
    worker->row = index;
    worker->busy = true;
    worker->deadline = platform_time() + (uint64_t)crew->run->options->timeout_s * 1000000000u;
    snprintf(line, sizeof line, "%u\n", (unsigned)(row - spec_rows));
    child_write(&crew->children[i], line, strlen(line)); /* a worker that is gone shows at the next read */
    return true;
}

static void take_line(struct crew *crew, struct worker *worker)
{
    cJSON *line = cJSON_Parse(worker->line);
    const cJSON *outcome = cJSON_GetObjectItemCaseSensitive(line, "outcome");
    const char *message = document_text(line, "message");
    if (cJSON_IsNumber(outcome) && outcome->valuedouble >= 0 && outcome->valuedouble < OUTCOME_FLAKY) {
        finish(crew, worker, (enum outcome)(int)outcome->valuedouble, message ? message : "", line);
    } else {
        cJSON_Delete(line);
        finish(crew, worker, OUTCOME_CRASH, "the row's process answered something that is no result", NULL);
    }
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
            finish(crew, worker, OUTCOME_CRASH, message, NULL);
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
    finish(crew, worker, OUTCOME_TIMEOUT, message, NULL);
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

static bool was_bad(const struct result *before, const char *id)
{
    const struct result_row *row = result_find(before, id);
    return row && result_row_is_bad(row);
}

/* rerun: only what was bad in that result; NULL: all that the options choose. */
static void choose_rows(struct run *run, const struct result *rerun)
{
    unsigned position = 0;
    run->rows = calloc(spec_row_count, sizeof *run->rows);
    for (unsigned i = 0; i < spec_row_count && run->rows; i++) {
        if (!options_choose(run->options, &spec_rows[i]) || (rerun && !was_bad(rerun, spec_rows[i].id)))
            continue;
        if (options_take_position(run->options, position))
            run->rows[run->count++].row = &spec_rows[i];
        position++;
    }
}

/* What another run has done already is taken over. */
static void take_over(struct run *run, const struct result *before)
{
    for (unsigned i = 0; i < run->count; i++) {
        struct row_report *report = &run->rows[i];
        const struct result_row *row = result_find(before, report->row->id);
        if (!row || row->outcome == OUTCOME_NOT_RUN)
            continue;
        report->done = true;
        report->outcome = row->outcome;
        report->bad = result_row_is_bad(row);
        report->json = cJSON_Duplicate(row->json, 1);
        run->finished++;
    }
}

/* Another result that this run builds on: 0 well, else the exit code after a message. */
static int take_before(struct run *run)
{
    const struct options *options = run->options;
    struct result before = {.path = NULL};
    if (options->rerun && !result_read(options->rerun, &before))
        return 2;
    choose_rows(run, options->rerun ? &before : NULL);
    result_free(&before);
    if (!run->count) {
        fprintf(stderr,
            options->rerun ? "hcs-conformance: no row was bad in %s\n"
                           : "hcs-conformance: no row fits; hcs-conformance list shows them all\n",
            options->rerun ? options->rerun : "");
        return options->rerun ? 0 : 2;
    }
    if (!options->resume)
        return -1;
    if (!journal_read(options->resume, &before))
        return 2;
    bool same_rows = !strcmp(before.spec, spec_digest), same_target = !strcmp(before.target, run->target);
    if (!same_rows || !same_target) {
        fprintf(stderr, "hcs-conformance: %s: is of another %s: %s, here %s\n", before.path,
            same_rows ? "target" : "revision of the rows", same_rows ? before.target : before.spec,
            same_rows ? run->target : spec_digest);
        result_free(&before);
        return 2;
    }
    take_over(run, &before);
    result_free(&before);
    printf("%u of %u rows are done already\n", run->finished, run->count);
    return -1;
}

static int exit_code(const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        if (run->rows[i].done && run->rows[i].bad)
            return 1;
    return run->interrupted ? 130 : 0;
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

/* Runs the rows that are left, and says what came of all. Returns the exit code. */
static int carry_out(struct crew *crew, struct run *run)
{
    const struct options *options = run->options;
    if (!run_begin_result(run))
        return 2;
    program_on_interrupt(on_interrupt);
    crew->run = run;
    crew->repeat = options->repeat ? options->repeat : 1;
    crew->jobs = options->jobs < run->count ? options->jobs : run->count;
    crew->again = calloc(run->count, sizeof *crew->again);
    if (!crew->again)
        return 2;
    uint64_t start = platform_time();
    work(crew);
    free(crew->again);
    run->seconds = (double)(platform_time() - start) / 1e9;
    run->interrupted = interrupted;
    if (options->target)
        host_cleanup_after_run(options); /* rows clean up behind themselves; this is for those that were cut off */
    bool written = run_write_result(run);
    run_show_summary(run);
    return written ? exit_code(run) : 2;
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
    int code = take_before(&run);
    if (code < 0 && options->dry_run)
        code = dry_run(&run);
    else if (code < 0 && (!run_probe(crew.program, options) || (options->target && !host_is_fit(options))))
        code = 2;
    else if (code < 0)
        code = carry_out(&crew, &run);
    run_free_result(&run);
    return code;
}
