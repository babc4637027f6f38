/* The workers of a run. Entry point: workers_run(). */
#include "workers.h"
#include "base/allocate.h"
#include "base/process/supervisor.h"
#include "base/text/utf8.h"
#include "document/document.h"
#include "look.h"
#include "order.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 64, WAIT_MS = 1000 };

struct worker {
    unsigned row; /* number in the run; only if it has one */
    bool has_row, busy, used, spoilt,
        leaving; /* spoilt: its process must not run another row; leaving: it was asked to end */
    bool shares; /* systems among its rows */
};

/* The progress of a pass through the rows. */
struct pass {
    unsigned next, round;
};

struct workers {
    struct run *run;
    struct supervisor *supervisor; /* worker i is in slot i */
    struct worker slots[WORKERS];
    struct look_plan plan, plan_alone; /* of processes whose rows share systems or not, and of those that do not */
    bool shares;                       /* new processes do */
    unsigned jobs, repeat;
    unsigned *order; /* in which the rows are run */
    struct pass plain, hazard;
    unsigned *again; /* rows to be run again, each listed once */
    unsigned again_count;
    bool stopped; /* no further rows are handed out */
    int bad_ends;
    bool failed; /* a process could not be started */
};

static bool is_flaky(const struct row_report *report)
{
    unsigned kinds = 0;
    for (int i = 0; i < OUTCOMES; i++)
        kinds += report->tally[i] > 0;
    return kinds > 1;
}

/* Takes over answer and output (what the target printed). */
static void keep_run(struct row_report *report, enum outcome outcome, const char *message, cJSON *answer, char *output)
{
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(answer, "milliseconds");
    bool counts = !report->message || outcome_is_bad(outcome) || !outcome_is_bad(report->outcome);
    report->samples = reallocate(report->samples, (report->runs + 1) * sizeof *report->samples);
    report->samples[report->runs++] = cJSON_IsNumber(time) ? time->valuedouble : 0;
    report->tally[outcome]++;
    if (!counts) {
        cJSON_Delete(answer);
        free(output);
        return;
    }
    free(report->message);
    free(report->output);
    cJSON_Delete(report->answer);
    report->output = output;
    report->outcome = outcome;
    report->message = allocate_copy(message);
    report->answer = answer;
}

/* All runs of a row are over. */
static void close_row(struct workers *workers, struct row_report *report)
{
    char message[TEXT_BYTES];
    if (is_flaky(report)) {
        int used = 0;
        const char *said = report->message ? report->message : "";
        for (int i = 0; i < OUTCOMES; i++)
            if (report->tally[i])
                used += snprintf(message + used, sizeof message - (size_t)used, "%s%u of %u runs %s", used ? ", " : "",
                    report->tally[i], report->runs, outcome_names[i]);
        snprintf(message + used, sizeof message - (size_t)used, ": %.*s", utf8_cut(said, 300), said);
        free(report->message);
        report->message = allocate_copy(message);
        report->outcome = OUTCOME_FLAKY;
    }
    report->done = true;
    workers->run->finished++;
    run_finish_row(workers->run, report);
    run_show_row(workers->run, report);
    workers->stopped = workers->stopped || (workers->run->options->fail_fast && report->bad);
}

/* A row that ends its process, or hangs, may do so because of what it shares with others: it runs again by itself, and
   no new process shares anything. Returns whether this is so. */
static bool blames_sharing(struct workers *workers, unsigned i, enum outcome outcome)
{
    struct worker *worker = &workers->slots[i];
    if (!worker->shares || (outcome != OUTCOME_CRASH && outcome != OUTCOME_TIMEOUT))
        return false;
    if (workers->shares)
        fprintf(stderr, "hcs-conformance: %s: %s, with systems of other rows, which are not shared any more\n",
            workers->run->rows[worker->row].row->id, outcome_names[outcome]);
    workers->shares = worker->busy = worker->has_row = false;
    worker->used = true;
    workers->again[workers->again_count++] = worker->row;
    return true;
}

/* A row has run; takes over answer, the worker's message. */
static void finish(struct workers *workers, unsigned i, enum outcome outcome, const char *message, cJSON *answer)
{
    struct worker *worker = &workers->slots[i];
    struct row_report *report = &workers->run->rows[worker->row];
    if (blames_sharing(workers, i, outcome)) {
        cJSON_Delete(answer);
        return;
    }
    char *output = supervisor_output(workers->supervisor, i);
    if (output)
        document_clean(output);
    worker->busy = worker->has_row = false;
    worker->used = true;
    worker->spoilt = row_spoils_process(report->row);
    keep_run(report, outcome, message, answer, output);
    if (report->runs < workers->repeat)
        return;
    if (outcome_is_bad(outcome) && report->retries < workers->run->options->retries) {
        report->retries++;
        workers->again[workers->again_count++] = worker->row;
        return;
    }
    close_row(workers, report);
}

/* The next row to run in one of the two passes; with --repeat each row comes several times. */
static bool next_in_pass(struct workers *workers, struct pass *pass, bool hazard, unsigned *index)
{
    const struct run *run = workers->run;
    for (;;) {
        while (pass->next < run->count) {
            *index = workers->order[pass->next++];
            if (run->rows[*index].row->hazard == hazard && !run->rows[*index].done)
                return true;
        }
        if (++pass->round >= workers->repeat)
            return false;
        pass->next = 0;
    }
}

/* Hazard rows come last, so that they disturb none of the others. With --fail-fast none comes after a bad one. */
static bool next_row(struct workers *workers, unsigned *index)
{
    if (workers->stopped)
        return false;
    if (workers->again_count) {
        *index = workers->again[--workers->again_count];
        return true;
    }
    return next_in_pass(workers, &workers->plain, false, index) || next_in_pass(workers, &workers->hazard, true, index);
}

/* --- one worker --- */

static bool start_worker(struct workers *workers, unsigned i)
{
    struct look_plan *look = workers->shares ? &workers->plan : &workers->plan_alone;
    struct child_plan plan = {look->program, look->arguments, .channel = true};
    workers->slots[i].used = workers->slots[i].spoilt = workers->slots[i].leaving = false;
    workers->slots[i].shares = workers->shares;
    return supervisor_start(workers->supervisor, i, &plan, workers->run->options->timeout_s);
}

/* Asks its process to end, with a time limit. */
static void leave(struct workers *workers, unsigned i)
{
    workers->slots[i].leaving = true;
    supervisor_hang_up(workers->supervisor, i);
    supervisor_limit(workers->supervisor, i, workers->run->options->timeout_s);
}

/* Rows that spoil their process get a new one; with another target also hazard rows. */
static bool wants_fresh(const struct workers *workers, const struct spec_row *row)
{
    return row_spoils_process(row) || (row->hazard && workers->run->options->foreign);
}

/* Moves a worker one step towards running its next row. */
static void advance(struct workers *workers, unsigned i)
{
    struct worker *worker = &workers->slots[i];
    char request[32];
    bool runs = supervisor_runs(workers->supervisor, i);
    if (worker->busy || worker->leaving)
        return;
    if (!worker->has_row && !next_row(workers, &worker->row)) {
        if (runs)
            leave(workers, i);
        return;
    }
    worker->has_row = true;
    const struct spec_row *row = workers->run->rows[worker->row].row;
    if (runs && (worker->spoilt || (worker->used && wants_fresh(workers, row)))) {
        leave(workers, i);
        return;
    }
    if (!runs && !start_worker(workers, i)) { /* of no fault of the target */
        fprintf(stderr,
            "hcs-conformance: run: no further process can be started: %s; the rows that are left were not run\n",
            child_start_error());
        workers->failed = true;
        return;
    }
    snprintf(request, sizeof request, "%u", (unsigned)(row - spec_rows));
    (void)supervisor_send(workers->supervisor, i, request); /* it is short */
    supervisor_limit(workers->supervisor, i, workers->run->options->timeout_s);
    worker->busy = true;
}

/* --- results --- */

/* Reports a worker that ended abnormally while no row was running in it. */
static void note_bad_end(struct workers *workers, unsigned i, const char *how)
{
    char *output = supervisor_output(workers->supervisor, i);
    workers->bad_ends++;
    fprintf(stderr, "hcs-conformance: after its rows were done: %s\n%s", how, output ? output : "");
    free(output);
}

static void take_end(struct workers *workers, const struct supervisor_news *news)
{
    struct worker *worker = &workers->slots[news->slot];
    char how[96];
    child_describe(news->status, how, sizeof how);
    if (news->event == SUPERVISOR_LATE)
        snprintf(how, sizeof how, "no end within %u seconds", workers->run->options->timeout_s);
    if (news->event == SUPERVISOR_BROKEN)
        snprintf(how, sizeof how, "the row's process sent an invalid result");
    if (worker->busy)
        finish(workers, news->slot, news->event == SUPERVISOR_LATE ? OUTCOME_TIMEOUT : OUTCOME_CRASH, how, NULL);
    else if (news->event != SUPERVISOR_ENDED || news->status)
        note_bad_end(workers, news->slot, how);
    worker->leaving = false;
}

/* Takes an answer if it belongs to the worker's current row. */
static void take_answer(struct workers *workers, unsigned i, const char *message)
{
    struct worker *worker = &workers->slots[i];
    cJSON *answer = cJSON_Parse(message);
    const cJSON *outcome = cJSON_GetObjectItemCaseSensitive(answer, "outcome");
    const cJSON *row = cJSON_GetObjectItemCaseSensitive(answer, "row");
    const char *said = document_text(answer, "message"), *error = document_text(answer, "error");
    bool loaded = cJSON_HasObjectItem(answer, "own");
    if (worker->busy && cJSON_IsNumber(outcome) && outcome->valuedouble >= 0 && outcome->valuedouble < OUTCOME_FLAKY &&
        cJSON_IsNumber(row) && row->valuedouble == (double)(workers->run->rows[worker->row].row - spec_rows)) {
        finish(workers, i, (enum outcome)(int)outcome->valuedouble, said ? said : "", answer);
        return;
    }
    if (!loaded) {
        supervisor_end(workers->supervisor, i);
        if (worker->busy)
            finish(workers, i, OUTCOME_CRASH, error ? error : "the row's process sent an invalid result", NULL);
        worker->leaving = false;
    }
    cJSON_Delete(answer);
}

static bool hand_out(struct workers *workers)
{
    bool active = false;
    for (unsigned i = 0; i < workers->jobs && !workers->failed; i++) {
        advance(workers, i);
        active |= supervisor_runs(workers->supervisor, i);
    }
    return active && !workers->failed;
}

static void work(struct workers *workers)
{
    struct supervisor_news news;
    while (!signal_exit_code() && hand_out(workers)) {
        supervisor_wait(workers->supervisor, WAIT_MS, &news);
        if (news.event == SUPERVISOR_MESSAGE)
            take_answer(workers, news.slot, news.message);
        else if (news.event != SUPERVISOR_QUIET)
            take_end(workers, &news);
    }
}

int workers_run(struct run *run)
{
    static struct workers workers;
    const struct options *options = run->options;
    const char *arguments[] = {"worker", options->target ? options->target : "", options->strict ? "strict" : "loose",
        options->without, options->profile, options->daemon, "shared", NULL};
    const char **systems = &arguments[sizeof arguments / sizeof *arguments - 2];
    workers = (struct workers){.run = run,
        .jobs = options->jobs < run->count ? options->jobs : run->count,
        .repeat = options->repeat ? options->repeat : 1,
        .shares = options->systems == SYSTEMS_SHARED,
        .bad_ends = -1};
    workers.order = order_rows(run, workers.shares);
    workers.again = allocate_zeros(run->count, sizeof *workers.again);
    workers.supervisor = supervisor_open(workers.jobs);
    bool planned = look_plan(&workers.plan, arguments);
    *systems = "own";
    if (planned && look_plan(&workers.plan_alone, arguments)) {
        workers.bad_ends = 0;
        work(&workers);
        if (workers.failed)
            workers.bad_ends = -1;
    }
    supervisor_close(workers.supervisor);
    free(workers.again);
    free(workers.order);
    return workers.bad_ends;
}
