/* The child of hcs-sim explore. Entry point: explore_worker(). */
#include "base/process/channel.h"
#include "base/allocate.h"
#include "base/text/digest.h"
#include "core/trace.h"
#include "explore.h"
#include "explore/exhaust.h"
#include "explore/run.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TELL_BYTES = 2048 };

static struct exploration exploration;
static struct coverage coverage;
static uint64_t sum, moves;
static struct channel channel;

/* Sends a message to the parent; exits if the parent has gone. */
static __attribute__((format(printf, 1, 2))) void tell(const char *format, ...)
{
    char text[TELL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!channel_send(&channel, text))
        _Exit(2);
}

static void say_move(void *unused, const struct move *move)
{
    char text[MOVE_TEXT];
    (void)unused;
    move_print(move, text);
    tell("move %s", text);
}

static void say_fault(void *unused, const struct model *model)
{
    (void)unused;
    if (!model->fault_seen)
        return;
    tell("fault %u %08x", (unsigned)model->fault_effect + 1, (unsigned)model->fault_result);
}

/* Sums are independent of the order of seeds, so that those of several workers can be added. */
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
    tell("sum %016" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64, sum, exploration.model.calls,
        exploration.model.engine_calls, moves);
    for (size_t i = 0; i < sizeof coverage / sizeof *cells; i++)
        if (cells[i])
            tell("coverage %u %u", (unsigned)i, cells[i]);
}

static int over(uint64_t seed)
{
    say_sum();
    if (exploration.model.broken[0])
        tell("broken %" PRIu64 " %s", seed, exploration.model.broken);
    else
        tell("done");
    return exploration.model.broken[0] != 0;
}

static bool take_given(const struct explore *explore, struct schedule *schedule)
{
    char *text = channel_receive(&channel);
    bool read = text && schedule_read_text("hcs-sim", text, schedule);
    free(text);
    if (read && explore->scenario)
        schedule->scenario = allocate_copy(explore->scenario);
    return read;
}

static int run_given(const struct explore *explore)
{
    struct schedule schedule;
    if (!take_given(explore, &schedule))
        return 2;
    struct run_step *steps = allocate_zeros(schedule.count + 1, sizeof *steps);
    if (FAILED(run_schedule(&exploration, &schedule, &coverage, steps)))
        return 2;
    for (size_t i = 0; i < schedule.count; i++)
        if (steps[i].time == UINT64_MAX)
            tell("void %u", (unsigned)i);
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
        tell("say     (after %u moves that come first)", (unsigned)programs->setup.count);
    for (unsigned i = 0; i < MOVE_CLIENTS; i++)
        for (unsigned j = 0; j < programs->clients[i].count; j++) {
            move_print(&programs->clients[i].calls[j], text);
            tell("say     %s", text);
        }
    for (unsigned i = 0; i < programs->callback_count; i++)
        for (unsigned j = 0; j < programs->callbacks[i].count; j++) {
            move_print(&programs->callbacks[i].calls[j], text);
            tell("say     callback %u: %s", i + 1, strchr(text, ' ') + 1);
        }
}

static void say_finding(const struct exhaust_result *result)
{
    char text[MOVE_TEXT];
    tell("say   %" PRIu64 " of the runs break a law, the first one this: %s", result->breaking_runs, result->broken);
    for (size_t i = 0; i < result->schedule.count; i++) {
        move_print(&result->schedule.moves[i], text);
        tell("say     %2u  %s%s", (unsigned)i + 1, text,
            i + 1 == result->inevitable ? "    <- from here on every way breaks a law" : "");
    }
}

static int search(const struct explore *explore, const struct exhaust_programs *programs, uint64_t seed)
{
    struct exhaust_result result;
    struct exhaust_options options = {explore->scenario, seed, explore->preemptions, explore->runs};
    tell("say seed %" PRIu64 ", these calls, at most %u preemptions:", seed, options.preemptions);
    say_programs(programs);
    if (!exhaust_run(programs, &options, &result))
        return 2;
    sum += digest_byte(result.hash, (unsigned char)seed);
    moves += result.moves;
    tell("say   %" PRIu64 " runs, %" PRIu64 " states, %" PRIu64 " runs ended where another had been%s", result.runs,
        result.states, result.merged,
        result.stopped ? "; stopped there, not all was visited" : "; that is all there is");
    if (result.broken[0])
        say_finding(&result);
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
        exhaust_take(&programs, &schedule);
        code = search(explore, &programs, schedule.seed);
        schedule_free(&schedule);
        schedule_free(&programs.setup);
    }
    for (uint64_t seed = explore->seeds.first; !explore->schedule && seed <= explore->seeds.last && !code; seed++) {
        tell("at %" PRIu64, seed);
        bool drawn = exhaust_draw(&programs, seed, explore->clients ? explore->clients : 2, explore->calls);
        code = drawn ? search(explore, &programs, seed) : 2;
        schedule_free(&programs.setup);
        if (seed == UINT64_MAX)
            break;
    }
    say_sum();
    if (code != 2)
        tell(code ? "broken 0 see above" : "done");
    return code;
}

int explore_worker(const struct explore *explore)
{
    if (!channel_open(&channel)) {
        fprintf(stderr, "hcs-sim: explore: --worker is for children of hcs-sim explore\n");
        return 2;
    }
    if (explore->exhaustive)
        return search_all(explore);
    struct run_options options = {explore->scenario, explore->steps, explore->clients,
        explore->record ? say_move : NULL, explore->record ? say_fault : NULL, NULL};
    if (explore->schedule)
        return run_given(explore);
    for (uint64_t seed = explore->seeds.first; seed <= explore->seeds.last; seed += explore->step) {
        tell("at %" PRIu64, seed);
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
