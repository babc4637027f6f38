/* Makes schedules smaller. Entry point: shrink_reduce(). */
#include "explore.h"
#include "base/allocate.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TRIALS = 5000, TRIAL_TIMEOUT_S = 10 };

static void take_fault(const char *line, struct move *move)
{
    unsigned effect, result;
    if (sscanf(line, "fault %u %x", &effect, &result) != 2 || !effect || effect >= MOVE_FAULTS)
        return;
    move->fault = (uint8_t)effect;
    move->result = effect == MOVE_FAULT_FAIL ? (HRESULT)result : S_OK;
}

/* What a trial run reports. */
struct trial {
    struct schedule *schedule; /* receives its moves; NULL: they are known */
    bool *nothing;             /* receives which moves had no effect; NULL: not needed */
    char *law;
    bool done;
};

static void take_line(struct trial *trial, const char *line)
{
    struct move move;
    struct schedule *schedule = trial->schedule;
    if (!strncmp(line, "broken ", 7) && strchr(line + 7, ' ') && !trial->law)
        trial->law = allocate_copy(strchr(line + 7, ' ') + 1);
    else if (!strncmp(line, "move ", 5) && schedule && !move_read(line + 5, &move))
        schedule_add(schedule, &move);
    else if (!strncmp(line, "void ", 5) && trial->nothing)
        trial->nothing[strtoul(line + 5, NULL, 10)] = true;
    else if (schedule && schedule->count)
        take_fault(line, &schedule->moves[schedule->count - 1]);
    trial->done |= !strcmp(line, "done");
}

/* The finding for a child that ended without reporting one. */
static char *law_of_end(const struct supervisor_news *news)
{
    char text[TOOL_CHILD_TEXT];
    if (news->event == SUPERVISOR_LATE)
        return allocate_copy("the library hangs");
    tool_child_describe(news->status, text);
    return allocate_copy(text);
}

/* Receives messages until the child has ended or the user interrupts. */
static void listen_to(struct supervisor *supervisor, struct trial *trial)
{
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    while (supervisor_runs(supervisor, 0) && !signal_exit_code()) {
        supervisor_wait(supervisor, TRIAL_TIMEOUT_S * 1000, &news);
        if (news.event != SUPERVISOR_MESSAGE)
            continue;
        take_line(trial, news.message);
        supervisor_limit(supervisor, 0, TRIAL_TIMEOUT_S);
    }
    if (!trial->law && !signal_exit_code() && (news.event == SUPERVISOR_LATE || !trial->done))
        trial->law = law_of_end(&news);
}

/* Runs a child; given: the text of the schedule to run, or NULL. */
static void run_trial(const struct explore *explore, char *const *more, const char *given, struct trial *trial)
{
    struct supervisor *supervisor = supervisor_open(1);
    tool_child_start(supervisor, 0, explore, more, TRIAL_TIMEOUT_S);
    if (!given || supervisor_send(supervisor, 0, given))
        listen_to(supervisor, trial);
    else
        trial->law = allocate_copy("the schedule could not be handed over");
    supervisor_close(supervisor);
}

char *shrink_try(const struct explore *explore, const struct schedule *schedule, bool *nothing)
{
    char *text = schedule_text(schedule);
    struct explore own = *explore;
    struct trial trial = {.nothing = nothing};
    own.seeds.first = own.seeds.last = schedule->seed;
    own.step = 1;
    if (schedule->scenario)
        own.scenario = schedule->scenario;
    run_trial(&own, (char *[]){"--schedule", "-", NULL}, text, &trial);
    free(text);
    return trial.law;
}

char *shrink_pin_faults(const struct explore *explore, struct schedule *schedule)
{
    uint64_t drawn = schedule->faults;
    schedule->faults = 0;
    char *law = shrink_try(explore, schedule, NULL);
    if (law || (!drawn && !explore->scenario))
        return law;
    schedule->faults = drawn;
    for (size_t i = 0; i < schedule->count; i++)
        schedule->moves[i].fault = 0;
    return shrink_try(explore, schedule, NULL);
}

bool shrink_record(const struct explore *explore, uint64_t seed, struct schedule *schedule)
{
    struct explore own = *explore;
    own.seeds = (struct option_range){seed, seed};
    own.step = 1;
    *schedule = (struct schedule){.seed = seed, .faults = explore->scenario ? 0 : UINT64_MAX};
    unsigned count;
    free(schedule_draw_faults(seed, 0, &count));
    schedule->faults = explore->scenario || !count ? 0 : UINT64_MAX >> (64 - count);
    struct trial trial = {.schedule = schedule};
    run_trial(&own, (char *[]){"--record", NULL}, NULL, &trial);
    free(trial.law);
    return schedule->count > 0;
}

/* True if two laws differ at most in numbers. */
static bool is_same(const char *a, const char *b)
{
    while (*a && *b) {
        if (isxdigit((unsigned char)*a) && isxdigit((unsigned char)*b) &&
            (isdigit((unsigned char)*a) || isdigit((unsigned char)*b))) {
            while (isxdigit((unsigned char)*a) || *a == 'x')
                a++;
            while (isxdigit((unsigned char)*b) || *b == 'x')
                b++;
            continue;
        }
        if (*a++ != *b++)
            return false;
    }
    return *a == *b;
}

struct shrink {
    const struct explore *explore;
    const char *law;
    unsigned trials;
};

static bool still_breaks(struct shrink *shrink, const struct schedule *schedule)
{
    if (shrink->trials++ >= MAX_TRIALS)
        return false;
    char *law = shrink_try(shrink->explore, schedule, NULL);
    bool same = law && is_same(law, shrink->law);
    free(law);
    return same;
}

/* Replaces the schedule by a smaller version if that still breaks the law. */
static bool take_over(struct shrink *shrink, struct schedule *schedule, struct move *moves, size_t count)
{
    struct schedule trial = *schedule;
    trial.moves = moves;
    trial.count = count;
    if (!still_breaks(shrink, &trial))
        return false;
    memmove(schedule->moves, moves, count * sizeof *moves);
    schedule->count = count;
    return true;
}

/* Removes runs of moves, long ones first. */
static bool drop_moves(struct shrink *shrink, struct schedule *schedule)
{
    bool changed = false;
    struct move *moves = allocate((schedule->count + 1) * sizeof *moves);
    for (size_t size = schedule->count / 2; size; size = size / 2)
        for (size_t from = 0; from < schedule->count;) {
            size_t to = from + size < schedule->count ? from + size : schedule->count;
            memcpy(moves, schedule->moves, from * sizeof *moves);
            memcpy(moves + from, schedule->moves + to, (schedule->count - to) * sizeof *moves);
            if (take_over(shrink, schedule, moves, schedule->count - (to - from)))
                changed = true;
            else
                from = to;
        }
    free(moves);
    return changed;
}

/* Gives the calls of one client to another. */
static bool merge_clients(struct shrink *shrink, struct schedule *schedule)
{
    bool changed = false;
    struct move *moves = allocate((schedule->count + 1) * sizeof *moves);
    for (uint8_t from = MOVE_CLIENTS - 1; from; from--)
        for (uint8_t to = 0; to < from; to++) {
            bool there = false;
            for (size_t i = 0; i < schedule->count; i++) {
                moves[i] = schedule->moves[i];
                there |= moves[i].actor == from && moves[i].kind != MOVE_ENGINE;
                if (moves[i].actor == from)
                    moves[i].actor = to;
            }
            if (there && take_over(shrink, schedule, moves, schedule->count)) {
                changed = true;
                break;
            }
        }
    free(moves);
    return changed;
}

static bool drop_faults(struct shrink *shrink, struct schedule *schedule)
{
    bool changed = false;
    for (int bit = 0; bit < 64; bit++) {
        struct schedule trial = *schedule;
        trial.faults &= ~((uint64_t)1 << bit);
        if (trial.faults != schedule->faults && still_breaks(shrink, &trial)) {
            schedule->faults = trial.faults;
            changed = true;
        }
    }
    return changed;
}

/* Replaces arguments by NULL where that is enough. */
static bool simplify_arguments(struct shrink *shrink, struct schedule *schedule)
{
    bool changed = false;
    struct move *moves = allocate((schedule->count + 1) * sizeof *moves);
    for (size_t i = 0; i < schedule->count; i++) {
        const struct spec_function *function = &spec_functions[schedule->moves[i].function];
        for (int j = 0; schedule->moves[i].kind == MOVE_CALL && j < function->parameter_count; j++) {
            enum spec_parameter_kind kind = function->parameters[j].kind;
            if (kind != PARAMETER_CALLBACK && kind != PARAMETER_OUT_TEXT && kind != PARAMETER_OUT_INFORMATION)
                continue;
            memcpy(moves, schedule->moves, schedule->count * sizeof *moves);
            moves[i].choice[j] = MOVE_NULL;
            if (schedule->moves[i].choice[j] != MOVE_NULL)
                changed |= take_over(shrink, schedule, moves, schedule->count);
        }
        memcpy(moves, schedule->moves, schedule->count * sizeof *moves);
        moves[i].fault = 0;
        if (schedule->moves[i].fault)
            changed |= take_over(shrink, schedule, moves, schedule->count);
    }
    free(moves);
    return changed;
}

void shrink_reduce(const struct explore *explore, struct schedule *schedule, const char *law)
{
    struct shrink shrink = {explore, law, 0};
    bool changed = true;
    while (changed && shrink.trials < MAX_TRIALS) {
        changed = drop_moves(&shrink, schedule);
        changed |= merge_clients(&shrink, schedule);
        changed |= drop_faults(&shrink, schedule);
        changed |= simplify_arguments(&shrink, schedule);
    }
}
