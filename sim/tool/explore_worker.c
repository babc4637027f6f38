/* The child of hcs-sim explore. Entry point: explore_worker(). */
#include "core/digest.h"
#include "core/trace.h"
#include "explore.h"
#include "explore/run.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
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

/* The order of the seeds does not matter, so that parts add up. */
static void add_run(uint64_t seed)
{
    uint64_t hash = DIGEST_START;
    hash = digest_bytes(hash, &(uint64_t){seed}, sizeof seed);
    for (int i = 0; i < 8; i++)
        hash = digest_byte(hash, (unsigned char)(world.hash >> (8 * i)));
    sum += hash;
    moves += world.steps;
}

static void say_sum(void)
{
    const uint32_t *cells = &coverage.seen[0][0][0][0];
    printf("sum %016" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", sum, world.model.calls, world.model.engine_calls,
        moves);
    for (size_t i = 0; i < sizeof coverage / sizeof *cells; i++)
        if (cells[i])
            printf("coverage %zu %u\n", i, cells[i]);
}

static int over(uint64_t seed)
{
    say_sum();
    if (world.model.broken[0])
        printf("broken %" PRIu64 " %s\n", seed, world.model.broken);
    else
        puts("done");
    fflush(stdout);
    return world.model.broken[0] != 0;
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

static int run_given(const struct explore *explore)
{
    struct schedule schedule;
    char *text = read_schedule();
    bool read = text && schedule_read_text(text, &schedule);
    free(text);
    if (!read)
        return 2;
    if (explore->scenario)
        schedule.scenario = strdup(explore->scenario);
    if (FAILED(run_schedule(&world, &schedule, &coverage)))
        return 2;
    add_run(schedule.seed);
    schedule_free(&schedule);
    return over(0);
}

int explore_worker(const struct explore *explore)
{
    struct run_options options = {
        explore->scenario, explore->steps, explore->clients, explore->record ? say_move : NULL, NULL};
    if (explore->schedule)
        return run_given(explore);
    for (uint64_t seed = explore->first; seed <= explore->last; seed += explore->step) {
        printf("at %" PRIu64 "\n", seed);
        fflush(stdout);
        if (FAILED(run_seed(&world, &options, seed, &coverage)))
            return 2;
        add_run(seed);
        if (world.model.broken[0])
            return over(seed);
        if (seed > UINT64_MAX - explore->step)
            break;
    }
    return over(0);
}
