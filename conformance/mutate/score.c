/* Mutants run one by one. Entry point: score_run(). */
#include "score.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/process/supervisor.h"
#include "platform/signal.h"
#include "parts.h"
#include "verdicts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHECK_LATELY, /* the rows that caught a mutant lately */
    CHECK_ROWS,
    CHECK_OLDEST, /* the rows for the oldest build */
    CHECK_EXPLORE,
    CHECKS,
    FIRST_LIMIT_S = 300, /* of a check without a mutant */
    LEAST_LIMIT_S = 2,   /* of a row or a seed */
    PATIENCE = 4,        /* how much more time a check gets that was late, before that counts */
    WAIT_MS = 1000,
    PATH_BYTES = 4096,
    TEXT_LIMIT = 1 << 20
};

struct score {
    const struct score_plan *plan;
    struct table *table;
    const bool *wanted;
    struct supervisor *supervisor;
    struct verdicts verdicts;
    char conformance[PATH_BYTES], sim[PATH_BYTES], seeds[32];
    struct parts parts[CHECKS]; /* of the rows; for CHECK_EXPLORE one without rows */
    unsigned limit_s[CHECKS];   /* of the whole check */
    unsigned row_limit_s;       /* of one row or seed */
    unsigned next;              /* the next mutant to be looked at, its index */
    struct job {
        struct mutant *mutant;
        int check;
        bool was_late;         /* the check, which runs again with more time */
        char rows[PATH_BYTES]; /* the file with the ids of the rows of the check */
    } * jobs;                  /* by slot */
};

/* Starts a check in a slot; the environment says which mutant it is. */
static bool start(struct score *score, unsigned slot, int check, unsigned number)
{
    static char run[] = "run", one[] = "1", jobs[] = "--jobs", timeout[] = "--timeout", fast[] = "--fail-fast",
                rows[] = "--rows", build[] = "--os-build", oldest[] = "17763", explore[] = "explore",
                seeds[] = "--seeds", as_is[] = "--no-reduce";
    unsigned patience = score->jobs[slot].was_late ? PATIENCE : 1;
    char text[16], limit[16];
    char *suite = score->conformance, *sim = score->sim;
    snprintf(limit, sizeof limit, "%u", patience * score->row_limit_s);
    char *const arguments[CHECKS][12] = {{suite, run, jobs, one, timeout, limit, fast, rows, score->jobs[slot].rows},
        {suite, run, jobs, one, timeout, limit, fast, rows, score->jobs[slot].rows},
        {suite, run, jobs, one, timeout, limit, fast, rows, score->jobs[slot].rows, build, oldest},
        {sim, explore, jobs, one, timeout, limit, as_is, seeds, score->seeds}};
    snprintf(text, sizeof text, "%u", number);
    allocate_variable("HCS_MUTANT", text);
    const struct child_plan plan = {.program = arguments[check][0], .arguments = arguments[check]};
    bool started = supervisor_start(score->supervisor, slot, &plan, patience * score->limit_s[check]);
    if (!started)
        fprintf(stderr, "hcs-mutate: no process can be started: %s\n", child_start_error());
    return started;
}

enum end { END_PASSED, END_FAILED, END_LATE };

/* Waits for the end of any check. false: the user interrupted. */
static bool wait_for_end(struct score *score, unsigned *slot, enum end *end)
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    while (news.event == SUPERVISOR_QUIET && !signal_exit_code())
        supervisor_wait(score->supervisor, WAIT_MS, &news);
    *slot = news.slot;
    *end = news.event == SUPERVISOR_LATE                    ? END_LATE
           : news.event == SUPERVISOR_ENDED && !news.status ? END_PASSED
                                                            : END_FAILED;
    return news.event != SUPERVISOR_QUIET;
}

static bool passes(struct score *score, int check, unsigned number)
{
    unsigned slot;
    enum end end;
    if (!start(score, 0, check, number) || !wait_for_end(score, &slot, &end))
        return false;
    char *said = supervisor_output(score->supervisor, 0);
    if (end != END_PASSED && said)
        fprintf(stderr, "%s", said);
    free(said);
    return end == END_PASSED;
}

/* Sets time limits for mutants from the time that the check takes without one. */
static void set_limits(struct score *score, int check, uint64_t took_ns)
{
    unsigned seconds = (unsigned)(took_ns / 1000000000u) + 1;
    unsigned row_s = seconds > LEAST_LIMIT_S ? seconds : LEAST_LIMIT_S;
    score->limit_s[check] = 3 * row_s + seconds;
    if (check == CHECK_ROWS) {
        score->limit_s[CHECK_LATELY] = score->limit_s[check];
        score->row_limit_s = row_s;
    }
}

static bool write_rows(const char *path, const char *ids)
{
    FILE *file;
    const char *error = ids ? file_stream(path, &file) : "out of memory";
    if (!error) {
        error = file_line(file, ids, strlen(ids));
        const char *incomplete = file_stream_end(file);
        error = error ? error : incomplete;
    }
    if (error)
        fprintf(stderr, "hcs-mutate: %s: %s\n", path, error);
    return !error;
}

/* Runs a part of a check without a mutant, and notes which sites it reaches. */
static bool part_is_sound(struct score *score, int check, struct part *part, const char *nothing)
{
    size_t length;
    const char *error = file_write(score->plan->reached, nothing);
    allocate_variable("HCS_MUTANTS_REACHED", score->plan->reached);
    bool sound = !error && write_rows(score->jobs[0].rows, part->ids) && passes(score, check, 0);
    part->reached = file_read(score->plan->reached, score->table->count + 2, &length);
    allocate_variable("HCS_MUTANTS_REACHED", "");
    return sound && part->reached;
}

/* Runs a check in parts without a mutant, then as a whole with a mutant number of no site. */
static bool check_is_sound(struct score *score, int check, const char *nothing)
{
    struct parts *parts = &score->parts[check];
    struct text ids = {.limit = TEXT_LIMIT};
    bool sound = parts->count > 0;
    for (unsigned i = 0; i < parts->count && sound; i++) {
        sound = part_is_sound(score, check, &parts->list[i], nothing);
        text_puts(&ids, parts->list[i].ids);
    }
    char *all = text_finish(&ids);
    uint64_t begun = platform_time();
    sound = sound && write_rows(score->jobs[0].rows, all) && passes(score, check, score->table->count + 1);
    set_limits(score, check, platform_time() - begun);
    free(all);
    return sound;
}

static bool take_rows(struct score *score)
{
    size_t length;
    char *printed = file_read(score->plan->rows, TEXT_LIMIT, &length);
    if (!printed) {
        memory_check();
        fprintf(stderr, "hcs-mutate: %s can't be read\n", score->plan->rows);
    }
    for (int check = CHECK_ROWS; printed && check <= CHECK_OLDEST; check++)
        parts_take(&score->parts[check], printed);
    parts_take(&score->parts[CHECK_EXPLORE], "explore.whole");
    free(printed);
    return score->parts[CHECK_ROWS].count > 0;
}

static bool is_sound(struct score *score)
{
    size_t size = score->table->count + 2;
    char *nothing = allocate(size);
    memset(nothing, ' ', size - 1);
    nothing[size - 1] = 0;
    bool sound = take_rows(score);
    for (int check = CHECK_ROWS; check < CHECKS && sound; check++)
        sound = check_is_sound(score, check, nothing);
    free(nothing);
    if (!sound)
        fprintf(stderr, "hcs-mutate: a fault is found where none is: there is no score\n");
    return sound;
}

/* Adds the ids of the rows of the check that can catch the mutant. false: none can. */
static bool choose_rows(const struct score *score, const struct job *job, struct text *ids)
{
    struct text unused = {.limit = TEXT_LIMIT};
    if (job->check != CHECK_LATELY)
        return parts_choose(&score->parts[job->check], job->mutant->number, ids);
    bool reached = parts_choose(&score->parts[CHECK_ROWS], job->mutant->number, &unused);
    text_discard(&unused);
    verdicts_rows(&score->verdicts, ids);
    return reached && score->verdicts.count;
}

/* Starts the next check that can catch the mutant. false: it can't be started; job->check is CHECKS: there is none. */
static bool start_next(struct score *score, unsigned slot)
{
    struct job *job = &score->jobs[slot];
    for (; job->check < CHECKS; job->check++) {
        struct text ids = {.limit = TEXT_LIMIT};
        bool some = choose_rows(score, job, &ids);
        char *rows = text_finish(&ids);
        bool ready = !some || write_rows(job->rows, rows);
        free(rows);
        if (!ready)
            return false;
        if (some)
            return start(score, slot, job->check, job->mutant->number);
    }
    return true;
}

/* Continues a mutant that no check has caught yet: starts the next one that reaches it, else it has survived. */
static bool go_on(struct score *score, unsigned slot)
{
    struct job *job = &score->jobs[slot];
    if (!start_next(score, slot))
        return false;
    job->mutant->unreached = job->mutant->unreached && job->check == CHECKS;
    if (job->check < CHECKS)
        return true;
    job->mutant->verdict = MUTANT_SURVIVED;
    bool noted = verdicts_add(&score->verdicts, job->mutant, "");
    job->mutant = NULL;
    return noted;
}

static bool fill(struct score *score, unsigned slot)
{
    struct table *table = score->table;
    while (!score->jobs[slot].mutant && score->next < table->count) {
        unsigned i = score->next++;
        if (!score->wanted[i] || table->list[i].verdict != MUTANT_NOT_RUN)
            continue;
        score->jobs[slot].mutant = &table->list[i];
        score->jobs[slot].check = 0;
        score->jobs[slot].was_late = false;
        table->list[i].unreached = true;
        if (!go_on(score, slot))
            return false;
    }
    return true;
}

/* Finds the row that is named in the first line of the form "OUTCOME ID"; row stays empty if there is none. Returns
   whether that row was late. */
static bool find_row(const char *said, char row[ROW_BYTES])
{
    char outcome[32] = "", id[ROW_BYTES];
    *row = 0;
    for (const char *line = said; line && !*row; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (sscanf(line, "%31[a-z-] %255[^ \n]", outcome, id) == 2 && strchr(id, '.') &&
            line[strspn(line, "abcdefghijklmnopqrstuvwxyz-")] == ' ')
            snprintf(row, ROW_BYTES, "%s", id);
    return *row && !strcmp(outcome, "timeout");
}

/* On a busy machine a row is late without a fault: what was late runs again, with more time. */
static bool take_end(struct score *score, unsigned slot, enum end end)
{
    struct job *job = &score->jobs[slot];
    char *said = supervisor_output(score->supervisor, slot), row[ROW_BYTES] = "";
    bool by_rows = job->check < CHECK_EXPLORE, noted = true, late = find_row(said, row) || end == END_LATE;
    if (end == END_PASSED) {
        job->check++;
        job->was_late = false;
    } else if (late && !job->was_late) {
        job->was_late = true;
    } else {
        if (job->check > CHECK_ROWS)
            *row = 0;
        job->mutant->verdict = by_rows ? MUTANT_CAUGHT_BY_ROWS : MUTANT_CAUGHT_BY_EXPLORE;
        noted = verdicts_add(&score->verdicts, job->mutant, row);
        job->mutant = NULL;
    }
    free(said);
    return noted;
}

static bool run_all(struct score *score)
{
    bool going = true;
    enum end end;
    unsigned slot;
    for (slot = 0; slot < score->plan->jobs && going; slot++)
        going = fill(score, slot);
    for (;;) {
        bool busy = false;
        for (unsigned i = 0; i < score->plan->jobs; i++)
            busy = busy || score->jobs[i].mutant;
        if (!busy || !going)
            return going;
        going = wait_for_end(score, &slot, &end);
        if (!going)
            return false;
        going = take_end(score, slot, end);
        if (going && score->jobs[slot].mutant)
            going = go_on(score, slot);
        going = going && fill(score, slot);
    }
}

static void plan_jobs(struct score *score)
{
    const struct score_plan *plan = score->plan;
    snprintf(score->conformance, PATH_BYTES, "%s/hcs-conformance", plan->folder);
    snprintf(score->sim, PATH_BYTES, "%s/hcs-sim", plan->folder);
    snprintf(score->seeds, sizeof score->seeds, "1..%u", plan->seeds);
    score->row_limit_s = FIRST_LIMIT_S;
    for (int check = 0; check < CHECKS; check++)
        score->limit_s[check] = FIRST_LIMIT_S;
    score->jobs = allocate_zeros(plan->jobs, sizeof *score->jobs);
    for (unsigned i = 0; i < plan->jobs; i++)
        snprintf(score->jobs[i].rows, PATH_BYTES, "%s.rows-%u", plan->reached, i);
}

/* Verdicts that the file has, but the user did not ask for, do not count. */
static void forget_others(const struct score *score)
{
    for (unsigned i = 0; i < score->table->count; i++)
        if (!score->wanted[i])
            score->table->list[i].verdict = MUTANT_NOT_RUN;
}

int score_run(const struct score_plan *plan, struct table *table, const bool *wanted)
{
    struct score score = {.plan = plan, .table = table, .wanted = wanted};
    plan_jobs(&score);
    score.supervisor = supervisor_open(plan->jobs);
    int code = verdicts_open(&score.verdicts, plan->verdicts, table) && is_sound(&score) && run_all(&score) ? 0 : 2;
    forget_others(&score);
    if (signal_exit_code())
        code = signal_exit_code();
    supervisor_close(score.supervisor);
    verdicts_close(&score.verdicts);
    for (int check = 0; check < CHECKS; check++)
        parts_free(&score.parts[check]);
    free(score.jobs);
    return code;
}
