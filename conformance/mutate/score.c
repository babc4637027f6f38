/* Mutants run one by one. Entry point: score_run(). */
#include "score.h"
#include "base/allocate.h"
#include "base/files.h"
#include "base/supervisor.h"
#include "platform/environment.h"
#include "platform/signal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHECKS = 3,
    LAST_ROWS = 1, /* of them, these are the rows */
    LIMIT_S = 30,  /* of one check, which takes a second or two when nothing is wrong */
    WAIT_MS = 1000,
    PATH_BYTES = 4096
};

struct score {
    const struct score_plan *plan;
    struct table *table;
    const bool *wanted;
    struct supervisor *supervisor;
    char program[CHECKS][PATH_BYTES], seeds[32];
    char *reached[CHECKS]; /* by number */
    unsigned next;         /* the next mutant to be looked at, its index */
    struct job {
        struct mutant *mutant;
        int check;
    } * jobs; /* by slot */
};

/* Starts a check in a slot; the environment says which mutant it is. */
static bool start(struct score *score, unsigned slot, int check, unsigned number)
{
    static char run[] = "run", one[] = "1", jobs[] = "--jobs", timeout[] = "--timeout", five[] = "5",
                build[] = "--os-build", oldest[] = "17763", explore[] = "explore", seeds[] = "--seeds",
                as_is[] = "--no-reduce";
    char *program = score->program[check];
    char *const arguments[CHECKS][10] = {{program, run, jobs, one, timeout, five, NULL},
        {program, run, jobs, one, timeout, five, build, oldest, NULL},
        {program, explore, seeds, score->seeds, timeout, five, as_is, NULL}};
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    program_set_environment("HCS_MUTANT", text);
    const struct child_plan plan = {.program = program, .arguments = arguments[check]};
    return supervisor_start(score->supervisor, slot, &plan, LIMIT_S);
}

/* Waits for the end of any check. false: the user interrupted. */
static bool wait_for_end(struct score *score, unsigned *slot, bool *passed)
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    while (news.event == SUPERVISOR_QUIET && !signal_exit_code())
        supervisor_wait(score->supervisor, WAIT_MS, &news);
    *slot = news.slot;
    *passed = news.event == SUPERVISOR_ENDED && !news.status;
    return news.event != SUPERVISOR_QUIET;
}

static bool passes(struct score *score, int check, unsigned number)
{
    unsigned slot;
    bool passed;
    if (!start(score, 0, check, number) || !wait_for_end(score, &slot, &passed))
        return false;
    char *said = supervisor_output(score->supervisor, 0);
    if (!passed && said)
        fprintf(stderr, "%s", said);
    free(said);
    return passed;
}

/* Runs each check without a mutant, notes which sites it reaches, then runs it with a mutant number of no site. */
static bool is_sound(struct score *score)
{
    size_t size = score->table->count + 2, length;
    char *nothing = allocate(size);
    memset(nothing, ' ', size - 1);
    nothing[size - 1] = 0;
    bool sound = true;
    for (int check = 0; check < CHECKS && sound; check++) {
        const char *error = file_write(score->plan->reached, nothing);
        program_set_environment("HCS_MUTANTS_REACHED", score->plan->reached);
        sound = !error && passes(score, check, 0);
        score->reached[check] = file_read(score->plan->reached, size, &length);
        program_set_environment("HCS_MUTANTS_REACHED", "");
        sound = sound && score->reached[check] && passes(score, check, score->table->count + 1);
    }
    free(nothing);
    if (!sound)
        fprintf(stderr, "hcs-mutate: a fault is found where none is: there is no score\n");
    return sound;
}

static bool reaches(const struct score *score, int check, const struct mutant *mutant)
{
    return score->reached[check][mutant->number] == 1;
}

/* Continues a mutant that no check has caught yet: starts the next one that reaches it, else it has survived. */
static bool go_on(struct score *score, unsigned slot)
{
    struct job *job = &score->jobs[slot];
    while (job->check < CHECKS && !reaches(score, job->check, job->mutant))
        job->check++;
    job->mutant->unreached = job->mutant->unreached && job->check == CHECKS;
    if (job->check < CHECKS)
        return start(score, slot, job->check, job->mutant->number);
    job->mutant->verdict = MUTANT_SURVIVED;
    job->mutant = NULL;
    return true;
}

static bool fill(struct score *score, unsigned slot)
{
    struct table *table = score->table;
    while (!score->jobs[slot].mutant && score->next < table->count) {
        unsigned i = score->next++;
        if (!score->wanted[i])
            continue;
        score->jobs[slot] = (struct job){&table->list[i], 0};
        table->list[i].unreached = true;
        if (!go_on(score, slot))
            return false;
    }
    return true;
}

static void take_end(struct score *score, unsigned slot, bool passed)
{
    struct job *job = &score->jobs[slot];
    free(supervisor_output(score->supervisor, slot));
    if (passed) {
        job->check++;
        return;
    }
    job->mutant->verdict = job->check <= LAST_ROWS ? MUTANT_CAUGHT_BY_ROWS : MUTANT_CAUGHT_BY_EXPLORE;
    job->mutant = NULL;
}

static bool run_all(struct score *score)
{
    bool going = true, passed;
    unsigned slot;
    for (slot = 0; slot < score->plan->jobs && going; slot++)
        going = fill(score, slot);
    for (;;) {
        bool busy = false;
        for (unsigned i = 0; i < score->plan->jobs; i++)
            busy = busy || score->jobs[i].mutant;
        if (!busy || !going)
            return going;
        going = wait_for_end(score, &slot, &passed);
        if (!going)
            return false;
        take_end(score, slot, passed);
        if (score->jobs[slot].mutant)
            going = go_on(score, slot);
        going = going && fill(score, slot);
    }
}

int score_run(const struct score_plan *plan, struct table *table, const bool *wanted)
{
    struct score score = {.plan = plan, .table = table, .wanted = wanted};
    for (int check = 0; check < CHECKS; check++)
        snprintf(score.program[check], PATH_BYTES, "%s/%s", plan->folder,
            check <= LAST_ROWS ? "hcs-conformance" : "hcs-sim");
    snprintf(score.seeds, sizeof score.seeds, "1..%u", plan->seeds);
    score.jobs = allocate_zeros(plan->jobs, sizeof *score.jobs);
    score.supervisor = supervisor_open(plan->jobs);
    int code = score.supervisor && is_sound(&score) && run_all(&score) ? 0 : 2;
    if (signal_exit_code())
        code = signal_exit_code();
    supervisor_close(score.supervisor);
    for (int check = 0; check < CHECKS; check++)
        free(score.reached[check]);
    free(score.jobs);
    return code;
}
