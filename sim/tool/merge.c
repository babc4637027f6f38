/* Merges the results of shards. Entry point: merge_main(). */
#include "base/allocate.h"
#include "farm.h"
#include "document/document.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_seed(const void *a, const void *b)
{
    const struct seed_result *first = a, *second = b;
    return first->seed < second->seed ? -1 : first->seed > second->seed;
}

/* Keeps one result per seed. */
static void drop_doubles(struct farm *farm)
{
    size_t kept = 0;
    for (size_t i = 0; i < farm->count; i++) {
        struct seed_result *next = &farm->results[i], *last = kept ? &farm->results[kept - 1] : NULL;
        if (!last || last->seed != next->seed) {
            farm->results[kept++] = *next;
            continue;
        }
        if (last->outcome != next->outcome && last->outcome != SEED_NOT_RUN && next->outcome != SEED_NOT_RUN)
            printf("seed %" PRIu64 ": %s in one file, %s in another\n", next->seed, seed_outcome_names[last->outcome],
                seed_outcome_names[next->outcome]);
        struct seed_result *worse = next->outcome > last->outcome ? next : last, *other = worse == next ? last : next;
        free(other->output);
        free(other->faults);
        *last = *worse;
    }
    farm->count = kept;
}

/* The command and scenario of the first file. */
static void take_head(struct farm *farm, const cJSON *root)
{
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(root, "command"), *word;
    const char *scenario = document_text(root, "scenario");
    size_t count = 0;
    char **words = allocate_zeros((size_t)cJSON_GetArraySize(command) + 1, sizeof *words);
    cJSON_ArrayForEach (word, command)
        words[count++] = allocate_copy(word->valuestring);
    farm->command = words;
    farm->scenario = scenario ? allocate_copy(scenario) : NULL;
}

static bool take_file(struct farm *farm, const char *path)
{
    cJSON *root = results_open(path);
    if (root && !farm->command)
        take_head(farm, root);
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(root, "seconds");
    bool good = root && results_take(farm, path, root);
    if (good && seconds)
        farm->seconds += seconds->valuedouble;
    cJSON_Delete(root);
    return good;
}

static int merge(struct farm *farm)
{
    bool failed = false;
    qsort(farm->results, farm->count, sizeof *farm->results, by_seed);
    drop_doubles(farm);
    bool written = results_claim(farm) && results_write(farm);
    results_unclaim(farm);
    farm_show_summary(farm);
    for (size_t i = 0; i < farm->count; i++)
        failed |= farm->results[i].outcome != SEED_PASSED;
    return written ? failed : 2;
}

static int run(void *values, const struct command_words *words)
{
    struct farm *farm = values;
    bool good = true;
    farm->jobs = 1;
    for (unsigned i = 0; i < words->count && good; i++)
        good = take_file(farm, words->list[i]);
    int code = good ? merge(farm) : 2;
    farm_free_results(farm);
    for (char *const *word = farm->command; word && *word; word++)
        free(*word);
    free((void *)(uintptr_t)farm->command);
    free((char *)(uintptr_t)farm->scenario);
    return code;
}

static const struct command_option options[] = {{.name = "json",
                                                    .kind = OPTION_OUTPUT,
                                                    .argument = "FILE",
                                                    .place = offsetof(struct farm, json),
                                                    .replaces = "FILE",
                                                    .help = "write the results there"},
    {.name = "junit",
        .kind = OPTION_OUTPUT,
        .argument = "FILE",
        .place = offsetof(struct farm, junit),
        .help = "the same as JUnit XML"},
    {.name = NULL}};

static const struct command_word files[] = {
    {.name = "FILE", .minimum = 1, .maximum = ANY_NUMBER, .kind = WORD_INPUT}, {.name = NULL}};

const struct command merge_command = {.name = "merge",
    .summary = "merge the results of shards",
    .description = "Merges results of hcs-sim run with the same command and scenario, but different shards or seeds. A "
                   "seed in two files must have the same outcome in both; otherwise the worse one counts, and a line "
                   "reports that the client is not deterministic.",
    .options = options,
    .words = files,
    .examples = {"merge part-*.json", "merge part-*.json --json all.json --junit all.xml"},
    .exit_codes =
        "Exit code: 0 every seed passed, 1 at least one did not, 2 wrong use, or files that do not belong together.",
    .size = sizeof(struct farm),
    .run = run};
