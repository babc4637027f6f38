/* Makes schedules smaller. Entry point: shrink_reduce(). */
#include "explore.h"
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

/* The law that a child tells, or what became of it; NULL: all was well. schedule takes its moves, nothing those that
   meant nothing, if any. */
static char *listen_to(struct tool_child *child, struct schedule *schedule, bool *nothing)
{
    char *law = NULL;
    const char *line;
    bool done = false, hangs;
    while ((line = tool_child_line(child, TRIAL_TIMEOUT_S, &hangs))) {
        struct move move;
        if (!strncmp(line, "broken ", 7) && strchr(line + 7, ' ') && !law)
            law = strdup(strchr(line + 7, ' ') + 1);
        else if (!strncmp(line, "move ", 5) && schedule && !move_read(line + 5, &move))
            (void)schedule_add(schedule, &move);
        else if (!strncmp(line, "void ", 5) && nothing)
            nothing[strtoul(line + 5, NULL, 10)] = true;
        else if (schedule && schedule->count)
            take_fault(line, &schedule->moves[schedule->count - 1]);
        done |= !strcmp(line, "done");
    }
    int status = tool_child_end(child);
    if (hangs && !law)
        law = strdup("the library hangs");
    if (law || done)
        return law;
    char text[TOOL_CHILD_TEXT];
    tool_child_describe(status, text);
    return strdup(text);
}

char *shrink_try(const struct explore *explore, const struct schedule *schedule, bool *nothing)
{
    char *text = schedule_text(schedule), length[32];
    struct explore own = *explore;
    own.seeds = (struct option_range){schedule->seed, schedule->seed};
    own.step = 1;
    if (schedule->scenario)
        own.scenario = schedule->scenario;
    struct tool_child *child = text ? tool_child_start(&own, (char *[]){"--schedule", "-", NULL}) : NULL;
    char *law = NULL;
    if (child) {
        snprintf(length, sizeof length, "%zu\n", strlen(text));
        bool sent = tool_child_send(child, length) && tool_child_send(child, text);
        law = listen_to(child, NULL, nothing);
        if (!sent && !law)
            law = strdup("the schedule could not be handed over");
    }
    free(text);
    return law;
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
    struct tool_child *child = tool_child_start(&own, (char *[]){"--record", NULL});
    if (!child)
        return false;
    free(listen_to(child, schedule, NULL));
    return schedule->count > 0;
}

/* Two laws are the same when they differ in numbers alone. */
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

/* Takes a new version over if it still breaks the law. */
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

/* Leaves out runs of moves, long ones first. */
static bool drop_moves(struct shrink *shrink, struct schedule *schedule)
{
    bool changed = false;
    struct move *moves = malloc((schedule->count + 1) * sizeof *moves);
    if (!moves)
        return false;
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
    struct move *moves = malloc((schedule->count + 1) * sizeof *moves);
    for (uint8_t from = MOVE_CLIENTS - 1; moves && from; from--)
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

/* NULL instead of what need not be given. */
static bool simplify_arguments(struct shrink *shrink, struct schedule *schedule)
{
    bool changed = false;
    struct move *moves = malloc((schedule->count + 1) * sizeof *moves);
    for (size_t i = 0; moves && i < schedule->count; i++) {
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
