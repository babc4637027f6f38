/* hcs-sim explore --save-seeds: the moves of seeds that break no law, for other targets. Entry point: save_seeds(). */
#include "explore.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 4096, DESCRIPTION_BYTES = 96 };

/* Returns 0, or 2 after a line on standard error. */
static int save(const struct explore *explore, const struct schedule *schedule)
{
    char path[PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/seed-%" PRIu64 ".json", explore->save_seeds, schedule->seed);
    char *json = schedule_json(schedule);
    const char *why = length < PATH_BYTES ? file_write(path, json) : "the name is too long";
    free(json);
    if (why)
        fprintf(stderr, "hcs-sim: explore: %s can't be written: %s\n", path, why);
    return why ? 2 : 0;
}

static void describe(struct schedule *schedule)
{
    char text[DESCRIPTION_BYTES];
    snprintf(text, sizeof text, "Seed %" PRIu64 " of the explorer, without faults; the simulator breaks no law.",
        schedule->seed);
    schedule->description = allocate_copy(text);
}

static int save_seed(const struct explore *explore, uint64_t seed)
{
    struct schedule schedule;
    bool recorded = shrink_record(explore, seed, &schedule);
    if (recorded)
        describe(&schedule);
    int code = recorded ? save(explore, &schedule) : 2;
    if (!recorded && !signal_exit_code())
        fprintf(stderr, "hcs-sim: explore: the moves of seed %" PRIu64 " can't be recorded\n", seed);
    schedule_free(&schedule);
    return code;
}

int save_seeds(const struct explore *explore)
{
    uint64_t step = explore->shard.of ? explore->shard.of : 1, count = 0;
    int code = 0;
    for (uint64_t seed = explore->seeds.first + (explore->shard.of ? explore->shard.part - 1 : 0);
         seed <= explore->seeds.last && !code && !signal_exit_code(); seed += step) {
        code = save_seed(explore, seed);
        count += !code;
        if (seed > UINT64_MAX - step)
            break;
    }
    printf("%" PRIu64 " schedule%s saved in %s\n", count, count == 1 ? "" : "s", explore->save_seeds);
    return signal_exit_code() ? signal_exit_code() : code;
}
