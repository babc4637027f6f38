/* Results of parts put together. Entry point: merge_main(). */
#include "farm.h"
#include "document/document.h"
#include "options.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: hcs-sim merge FILE… [--json FILE] [--junit FILE]\n"
    "\n"
    "Puts the results of hcs-sim run together that were made with --shard or with other seeds, of one command and\n"
    "scenario. A seed that stands in two files must have the same outcome in both; else the worse one counts, and a "
    "line\n"
    "says so: the client is not the same for the same seed.\n"
    "\n"
    "Exit code: 0 every seed passed, 1 at least one did not, 2 wrong use, or files that do not belong together.\n";

static int by_seed(const void *a, const void *b)
{
    const struct seed_result *first = a, *second = b;
    return first->seed < second->seed ? -1 : first->seed > second->seed;
}

/* One result a seed. */
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
        *last = *worse;
    }
    farm->count = kept;
}

/* The command and scenario of the first file. */
static bool take_head(struct farm *farm, const cJSON *root)
{
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(root, "command"), *word;
    const char *scenario = document_text(root, "scenario");
    size_t count = 0;
    farm->command = calloc((size_t)cJSON_GetArraySize(command) + 1, sizeof *farm->command);
    cJSON_ArrayForEach (word, command)
        if (farm->command && cJSON_IsString(word))
            farm->command[count++] = strdup(word->valuestring);
    farm->scenario = scenario ? strdup(scenario) : NULL;
    return farm->command && count;
}

static bool take_file(struct farm *farm, const char *path)
{
    cJSON *root = results_open(path);
    bool good = root != NULL;
    if (good && !farm->command && !take_head(farm, root)) {
        fprintf(stderr, "hcs-sim: %s: names no command\n", path);
        good = false;
    }
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(root, "seconds");
    good = good && results_take(farm, path, root);
    if (good && cJSON_IsNumber(seconds))
        farm->seconds += seconds->valuedouble;
    cJSON_Delete(root);
    return good;
}

static int merge(struct farm *farm)
{
    bool failed = false;
    qsort(farm->results, farm->count, sizeof *farm->results, by_seed);
    drop_doubles(farm);
    bool written = (!farm->json || results_write_json(farm, farm->json)) &&
                   (!farm->junit || results_write_junit(farm, farm->junit));
    farm_show_summary(farm);
    for (size_t i = 0; i < farm->count; i++)
        failed |= farm->results[i].outcome != SEED_PASSED;
    return written ? failed : 2;
}

int merge_main(int argc, char **argv)
{
    struct farm farm = {.jobs = 1};
    int code = 0, files = 0;
    for (int i = 0; i < argc && !code; i++) {
        const char **value = !strcmp(argv[i], "--json") ? &farm.json : !strcmp(argv[i], "--junit") ? &farm.junit : NULL;
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(usage, stdout);
            return 0;
        }
        if (value && i + 1 == argc)
            code = wrong_use("merge", "a value must follow", argv[i]);
        else if (value)
            *value = argv[++i];
        else if (argv[i][0] == '-')
            code = wrong_use("merge", "unknown option", argv[i]);
        else if (!take_file(&farm, argv[i]))
            code = 2;
        else
            files++;
    }
    if (!code)
        code = files ? merge(&farm) : wrong_use("merge", "no file given", "");
    for (size_t i = 0; i < farm.count; i++)
        free(farm.results[i].output);
    for (char **word = farm.command; word && *word; word++)
        free(*word);
    free(farm.command);
    free((char *)(uintptr_t)farm.scenario);
    free(farm.results);
    return code;
}
