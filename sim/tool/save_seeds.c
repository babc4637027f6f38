/* hcs-sim explore --save-seeds: the moves of seeds that break no law, for other targets. Entry point: save_seeds(). */
#include "explore.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 4096, DESCRIPTION_BYTES = 96 };

/* false after a message. */
static bool name(const struct explore *explore, uint64_t seed, char path[PATH_BYTES])
{
    if (snprintf(path, PATH_BYTES, "%s/seed-%" PRIu64 ".json", explore->save_seeds, seed) < PATH_BYTES)
        return true;
    fprintf(stderr, "hcs-sim: explore: the name of the folder is too long\n");
    return false;
}

bool save_seeds_can(const struct explore *explore)
{
    char path[PATH_BYTES];
    return name(explore, UINT64_MAX, path);
}

static void describe(struct schedule *schedule)
{
    char text[DESCRIPTION_BYTES];
    snprintf(text, sizeof text, "Seed %" PRIu64 " of the explorer, without faults; the simulator breaks no law.",
        schedule->seed);
    schedule->description = allocate_copy(text);
}

/* Returns 0, or 2 after a message. */
static int save_seed(const struct explore *explore, uint64_t seed)
{
    char path[PATH_BYTES];
    struct schedule schedule;
    if (!name(explore, seed, path))
        return 2;
    bool recorded = shrink_record(explore, seed, &schedule), saved = false;
    if (recorded) {
        describe(&schedule);
        char *json = schedule_json(&schedule);
        saved = explore_write(path, json);
        free(json);
    } else if (!signal_exit_code())
        fprintf(stderr, "hcs-sim: explore: the moves of seed %" PRIu64 " can't be recorded\n", seed);
    schedule_free(&schedule);
    return saved ? 0 : 2;
}

int save_seeds(const struct explore *explore)
{
    uint64_t shards = explore_shards(explore), distance = explore_shard(explore), count = 0, seed;
    int code = 0;
    while (!code && !signal_exit_code() && explore_seed_at(explore, distance, &seed)) {
        code = save_seed(explore, seed);
        count += !code;
        if (distance > UINT64_MAX - shards)
            break;
        distance += shards;
    }
    printf("%" PRIu64 " schedule%s saved in %s%s\n", count, count == 1 ? "" : "s", explore->save_seeds,
        signal_exit_code() ? "; interrupted" : "");
    return signal_exit_code() ? signal_exit_code() : code;
}
