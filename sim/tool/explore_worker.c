/* The child of hcs-sim explore. Entry point: explore_worker(). */
#include "base/digest.h"
#include "core/trace.h"
#include "explore.h"
#include "explore/exhaust.h"
#include "explore/run.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct exploration exploration;
static struct coverage coverage;
static uint64_t sum, moves;

static void say_move(void *unused, const struct move *move)
{
    char text[MOVE_TEXT];
    (void)unused;
    move_print(move, text);
    printf("move %s\n", text);
    fflush(stdout);
}

static void say_fault(void *unused, const struct model *model)
{
    (void)unused;
    if (!model->fault_seen)
        return;
    printf("fault %u %08x\n", (unsigned)model->fault_effect + 1, (unsigned)model->fault_result);
    fflush(stdout);
}

/* The order of the seeds does not matter, so that parts add up. */
static void add_run(uint64_t seed)
{
    uint64_t hash = DIGEST_START;
    hash = digest_bytes(hash, &(uint64_t){seed}, sizeof seed);
    for (int i = 0; i < 8; i++)
        hash = digest_byte(hash, (unsigned char)(exploration.hash >> (8 * i)));
    sum += hash;
    moves += exploration.steps;
}

static void say_sum(void)
{
    const uint32_t *cells = &coverage.seen[0][0][0][0];
    printf("sum %016" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", sum, exploration.model.calls,
        exploration.model.engine_calls, moves);
    for (size_t i = 0; i < sizeof coverage / sizeof *cells; i++)
        if (cells[i])
            printf("coverage %zu %u\n", i, cells[i]);
}

static int over(uint64_t seed)
{
    say_sum();
    if (exploration.model.broken[0])
        printf("broken %" PRIu64 " %s\n", seed, exploration.model.broken);
    else
        puts("done");
    fflush(stdout);
    return exploration.model.broken[0] != 0;
}

/* The length of the JSON text in a line, then the text. */
static char *read_schedule(void)
{
    char line[32];
    size_t length = fgets(line, sizeof line, stdin) ? (size_t)strtoul(line, NULL, 10) : 0;
    char *text = calloc(1, length + 1);
    if (text && fread(text, 1, length, stdin) == length)
        return text;
    free(text);
    return NULL;
}

static bool take_given(const struct explore *explore, struct schedule *schedule)
{
    char *text = read_schedule();
    bool read = text && schedule_read_text("hcs-sim", text, schedule);
    free(text);
    if (read && explore->scenario)
        schedule->scenario = strdup(explore->scenario);
    return read;
}

static int run_given(const struct explore *explore)
{
    struct schedule schedule;
    if (!take_given(explore, &schedule))
        return 2;
    struct run_step *steps = calloc(schedule.count + 1, sizeof *steps);
    if (!steps || FAILED(run_schedule(&exploration, &schedule, &coverage, steps)))
        return 2;
    for (size_t i = 0; i < schedule.count; i++)
        if (steps[i].time == UINT64_MAX)
            printf("void %zu\n", i);
    free(steps);
    add_run(schedule.seed);
    schedule_free(&schedule);
    return over(0);
}

/* --- every interleaving --- */

static void say_programs(const struct exhaust_programs *programs)
{
    char text[MOVE_TEXT];
    if (programs->setup.count)
        printf("say     (after %zu moves that come first)\n", programs->setup.count);
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        for (unsigned j = 0; j < programs->clients[i].count; j++) {
            move_print(&programs->clients[i].calls[j], text);
            printf("say     %s\n", text);
        }
    for (unsigned i = 0; i < programs->callback_count; i++)
        for (unsigned j = 0; j < programs->callbacks[i].count; j++) {
            move_print(&programs->callbacks[i].calls[j], text);
            printf("say     callback %u: %s\n", i + 1, strchr(text, ' ') + 1);
        }
}

static void say_finding(const struct exhaust_result *result)
{
    char text[MOVE_TEXT];
    printf(
        "say   %" PRIu64 " of the runs break a law, the first one this: %s\n", result->breaking_runs, result->broken);
    for (size_t i = 0; i < result->schedule.count; i++) {
        move_print(&result->schedule.moves[i], text);
        printf("say     %2zu  %s%s\n", i + 1, text,
            i + 1 == result->inevitable ? "    <- from here on every way breaks a law" : "");
    }
}

static int search(const struct explore *explore, const struct exhaust_programs *programs, uint64_t seed)
{
    struct exhaust_result result;
    struct exhaust_options options = {explore->scenario, seed, explore->preemptions, explore->runs};
    printf("say seed %" PRIu64 ", these calls, at most %u preemptions:\n", seed, options.preemptions);
    say_programs(programs);
    fflush(stdout);
    if (!exhaust_run(programs, &options, &result))
        return 2;
    sum += digest_byte(result.hash, (unsigned char)seed);
    moves += result.moves;
    printf("say   %" PRIu64 " runs, %" PRIu64 " states, %" PRIu64 " runs ended where another had been%s\n", result.runs,
        result.states, result.merged,
        result.stopped ? "; stopped there, not all was visited" : "; that is all there is");
    if (result.broken[0])
        say_finding(&result);
    fflush(stdout);
    schedule_free(&result.schedule);
    return result.broken[0] != 0;
}

static int search_all(const struct explore *explore)
{
    static struct exhaust_programs programs;
    int code = 0;
    if (explore->schedule) {
        struct schedule schedule;
        if (!take_given(explore, &schedule))
            return 2;
        code = exhaust_take(&programs, &schedule) ? search(explore, &programs, schedule.seed) : 2;
        schedule_free(&schedule);
        schedule_free(&programs.setup);
    }
    for (uint64_t seed = explore->seeds.first; !explore->schedule && seed <= explore->seeds.last && !code; seed++) {
        printf("at %" PRIu64 "\n", seed);
        bool drawn = exhaust_draw(&programs, seed, explore->clients ? explore->clients : 2, explore->calls);
        code = drawn ? search(explore, &programs, seed) : 2;
        schedule_free(&programs.setup);
    }
    say_sum();
    if (code != 2)
        puts(code ? "broken 0 see above" : "done");
    fflush(stdout);
    return code;
}

int explore_worker(const struct explore *explore)
{
    if (explore->exhaustive)
        return search_all(explore);
    struct run_options options = {explore->scenario, explore->steps, explore->clients,
        explore->record ? say_move : NULL, explore->record ? say_fault : NULL, NULL};
    if (explore->schedule)
        return run_given(explore);
    for (uint64_t seed = explore->seeds.first; seed <= explore->seeds.last; seed += explore->step) {
        printf("at %" PRIu64 "\n", seed);
        fflush(stdout);
        if (FAILED(run_seed(&exploration, &options, seed, &coverage)))
            return 2;
        add_run(seed);
        if (exploration.model.broken[0])
            return over(seed);
        if (seed > UINT64_MAX - explore->step)
            break;
    }
    return over(0);
}
