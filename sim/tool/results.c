/* Results of many seeds as files. Entry points: results_claim(), results_write(), results_resume(). */
#include "base/text/escape.h"
#include "base/allocate.h"
#include "document/document.h"
#include "farm.h"
#include "base/command/refuse.h"
#include "base/files/files.h"
#include "base/files/json_members.h"
#include "platform/file.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, MAX_BYTES = 256 << 20, RESULTS_BYTES = 1 << 30, COMMAND_BYTES = 4 << 20 };

const char *const seed_outcome_names[SEED_OUTCOMES] = {"not-run", "pass", "fail", "timeout", "deadlock"};

/* Quotes a word for the shell. */
static void append_word(struct text *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        text_puts(text, word);
        return;
    }
    text_puts(text, "'");
    for (; *word; word++)
        if (*word == '\'')
            text_puts(text, "'\\''");
        else
            text_putc(text, *word);
    text_puts(text, "'");
}

char *results_command(const struct farm *farm, uint64_t seed)
{
    struct text text = {.limit = COMMAND_BYTES};
    char number[48];
    if (farm->scenario) {
        text_puts(&text, "COMPUTECORE_SCENARIO=");
        append_word(&text, farm->scenario);
        text_puts(&text, " ");
    }
    snprintf(number, sizeof number, "COMPUTECORE_SEED=%llu", (unsigned long long)seed);
    text_puts(&text, number);
    for (char *const *word = farm->command; *word; word++) {
        text_puts(&text, " ");
        append_word(&text, *word);
    }
    return text_finish(&text);
}

/* --- files --- */

static bool take_claim(const char *path, struct file_draft **claim)
{
    const char *why = path ? file_claim(path, claim) : NULL;
    if (why) {
        memory_check();
        fprintf(stderr, "hcs-sim: %s can't be written: %s\n", path, why);
    }
    return !why;
}

bool results_claim(struct farm *farm)
{
    return take_claim(farm->json, &farm->json_claim) && take_claim(farm->junit, &farm->junit_claim);
}

void results_unclaim(struct farm *farm)
{
    file_claim_free(farm->json_claim);
    file_claim_free(farm->junit_claim);
    farm->json_claim = farm->junit_claim = NULL;
}

/* Frees the text. */
static bool write_claimed(const char *path, struct file_draft **claim, char *text)
{
    const char *why = file_claim_write(*claim, text);
    *claim = NULL;
    free(text);
    if (why) {
        memory_check();
        fprintf(stderr, "hcs-sim: %s can't be written: %s\n", path, why);
    }
    return !why;
}

static cJSON *command_json(const struct farm *farm)
{
    cJSON *array = cJSON_CreateArray();
    for (char *const *word = farm->command; *word; word++)
        cJSON_AddItemToArray(array, cJSON_CreateString(*word));
    return array;
}

/* Seeds have 64 bits: they are written as strings. */
static cJSON *seed_json(const struct farm *farm, const struct seed_result *result)
{
    cJSON *json = cJSON_CreateObject();
    char number[32];
    snprintf(number, sizeof number, "%llu", (unsigned long long)result->seed);
    cJSON_AddStringToObject(json, "seed", number);
    cJSON_AddStringToObject(json, "outcome", seed_outcome_names[result->outcome]);
    if (result->outcome == SEED_NOT_RUN)
        return json;
    cJSON_AddNumberToObject(json, "status", result->status);
    cJSON_AddNumberToObject(json, "milliseconds", result->milliseconds);
    if (result->output) {
        char *command = results_command(farm, result->seed);
        cJSON_AddStringToObject(json, "reproduce", command);
        cJSON_AddStringToObject(json, "output", result->output);
        free(command);
    }
    if (result->faults)
        cJSON_AddStringToObject(json, "faults", result->faults);
    return json;
}

static char *json_text(const struct farm *farm)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", VERSION);
    cJSON_AddItemToObject(root, "command", command_json(farm));
    if (farm->scenario)
        cJSON_AddStringToObject(root, "scenario", farm->scenario);
    cJSON_AddBoolToObject(root, "interrupted", farm->interrupted);
    cJSON_AddNumberToObject(root, "seconds", farm->seconds);
    cJSON *seeds = cJSON_AddArrayToObject(root, "seeds");
    for (size_t i = 0; i < farm->count; i++)
        cJSON_AddItemToArray(seeds, seed_json(farm, &farm->results[i]));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static void append_case(struct text *text, const struct farm *farm, const struct seed_result *result)
{
    char line[160];
    snprintf(line, sizeof line, "  <testcase classname=\"hcs-sim\" name=\"seed %llu\" time=\"%.3f\"",
        (unsigned long long)result->seed, result->milliseconds / 1000);
    text_puts(text, line);
    if (result->outcome == SEED_PASSED) {
        text_puts(text, "/>\n");
        return;
    }
    if (result->outcome == SEED_NOT_RUN) {
        text_puts(text, "><skipped/></testcase>\n");
        return;
    }
    char *command = results_command(farm, result->seed);
    snprintf(
        line, sizeof line, "><failure message=\"%s, status %d\">", seed_outcome_names[result->outcome], result->status);
    text_puts(text, line);
    text_put_xml(text, command);
    text_puts(text, "\n");
    text_put_xml(text, result->output ? result->output : "");
    text_puts(text, "</failure></testcase>\n");
    free(command);
}

static char *junit_text(const struct farm *farm)
{
    struct text text = {.limit = RESULTS_BYTES};
    char line[256];
    size_t failed = 0, left = 0;
    for (size_t i = 0; i < farm->count; i++) {
        failed += farm->results[i].outcome > SEED_PASSED;
        left += farm->results[i].outcome == SEED_NOT_RUN;
    }
    snprintf(line, sizeof line,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"hcs-sim run\" tests=\"%zu\" failures=\"%zu\" "
        "skipped=\"%zu\" time=\"%.3f\">\n",
        farm->count, failed, left, farm->seconds);
    text_puts(&text, line);
    for (size_t i = 0; i < farm->count; i++)
        append_case(&text, farm, &farm->results[i]);
    text_puts(&text, "</testsuite>\n");
    return text_finish(&text);
}

bool results_write(struct farm *farm)
{
    bool good = !farm->json_claim || write_claimed(farm->json, &farm->json_claim, json_text(farm));
    return (!farm->junit_claim || write_claimed(farm->junit, &farm->junit_claim, junit_text(farm))) && good;
}

/* --- what is read --- */

static const struct json_form of_file = {.what = "a result",
    .members = (const struct json_member[]){{"version", cJSON_Number, true, 0}, {"command", cJSON_Array, true, 0},
        {"scenario", cJSON_String, false, 0}, {"interrupted", JSON_BOOLEAN, false, 0},
        {"seconds", cJSON_Number, false, 0}, {"seeds", cJSON_Array, true, 0}, {NULL, 0, false, 0}}};
static const struct json_form of_seed = {.what = "a result",
    .members = (const struct json_member[]){{"seed", cJSON_String, true, 0}, {"outcome", cJSON_String, true, 0},
        {"status", cJSON_Number, false, INT_MIN}, {"milliseconds", cJSON_Number, false, 0},
        {"reproduce", cJSON_String, false, 0}, {"output", cJSON_String, false, 0}, {"faults", cJSON_String, false, 0},
        {NULL, 0, false, 0}}};

static enum seed_outcome outcome_of(const cJSON *entry)
{
    int outcome = 0;
    while (outcome < SEED_OUTCOMES && strcmp(seed_outcome_names[outcome], document_text(entry, "outcome")) != 0)
        outcome++;
    return (enum seed_outcome)outcome;
}

static bool read_seed(const cJSON *entry, uint64_t *seed)
{
    const char *text = document_text(entry, "seed");
    size_t digits = strspn(text, "0123456789");
    errno = 0;
    *seed = strtoull(text, NULL, 10);
    return digits && !text[digits] && errno != ERANGE;
}

static bool seed_fits(const char *path, int index, const cJSON *entry)
{
    char where[40], wrong[JSON_FILE_WRONG];
    uint64_t seed;
    snprintf(where, sizeof where, "seeds[%d]", index);
    if (!json_members_fit(entry, where, &of_seed, wrong))
        return file_refuse(path, "%s", wrong);
    if (!read_seed(entry, &seed))
        return file_refuse(path, "%s.seed: %.40s is no seed", where, document_text(entry, "seed"));
    return outcome_of(entry) != SEED_OUTCOMES ||
           file_refuse(path, "%s.outcome: %.40s is no outcome", where, document_text(entry, "outcome"));
}

static bool fits(const char *path, const cJSON *root)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "version"), *item;
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(root, "command");
    char wrong[JSON_FILE_WRONG];
    int index = 0;
    if (!cJSON_IsNumber(version) || !command)
        return file_refuse(path, "is no result of hcs-sim run");
    if (version->valuedouble != VERSION)
        return file_refuse(path, "is of format %g; this version reads %d", version->valuedouble, VERSION);
    if (!json_members_fit(root, "", &of_file, wrong))
        return file_refuse(path, "%s", wrong);
    cJSON_ArrayForEach (item, command)
        if (!cJSON_IsString(item))
            return file_refuse(path, "command holds something else than words");
    if (!cJSON_GetArraySize(command))
        return file_refuse(path, "command is empty");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(root, "seeds"))
        if (!seed_fits(path, index++, item))
            return false;
    return true;
}

/* --- resuming an earlier run --- */

static bool same_command(const struct farm *farm, const cJSON *root)
{
    const char *scenario = document_text(root, "scenario");
    cJSON *own = command_json(farm);
    bool same = cJSON_Compare(own, cJSON_GetObjectItemCaseSensitive(root, "command"), 1) &&
                !strcmp(scenario ? scenario : "", farm->scenario ? farm->scenario : "");
    cJSON_Delete(own);
    return same;
}

/* Results are ordered by seed, with the shard count as step. */
static struct seed_result *find(struct farm *farm, uint64_t seed)
{
    size_t low = 0, high = farm->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (farm->results[middle].seed < seed)
            low = middle + 1;
        else
            high = middle;
    }
    return low < farm->count && farm->results[low].seed == seed ? &farm->results[low] : NULL;
}

static void take_over(struct farm *farm, const cJSON *entry)
{
    uint64_t seed;
    (void)read_seed(entry, &seed); /* seed_fits() has looked */
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(entry, "milliseconds");
    struct seed_result *result = find(farm, seed);
    if (!result || outcome_of(entry) != SEED_PASSED)
        return;
    result->outcome = SEED_PASSED;
    result->milliseconds = cJSON_IsNumber(time) ? time->valuedouble : 0;
}

cJSON *results_open(const char *path)
{
    char wrong[JSON_FILE_WRONG];
    cJSON *root = json_file_read(path, MAX_BYTES, wrong);
    if (root ? fits(path, root) : file_refuse(path, "%s", wrong))
        return root;
    cJSON_Delete(root);
    return NULL;
}

/* If the file is replaced, does the run have all seeds of it that were run? false after a message. */
static bool keeps_seeds(struct farm *farm, const char *path, const cJSON *root)
{
    uint64_t seed;
    const cJSON *entry;
    if (!farm->json || !file_is_same(farm->json, path))
        return true;
    cJSON_ArrayForEach (entry, cJSON_GetObjectItemCaseSensitive(root, "seeds")) {
        (void)read_seed(entry, &seed); /* seed_fits() has looked */
        if (outcome_of(entry) != SEED_NOT_RUN && !find(farm, seed))
            return file_refuse(
                path, "has seed %" PRIu64 ", which this run has not; --json would replace the file", seed);
    }
    return true;
}

bool results_resume(struct farm *farm, const char *path)
{
    cJSON *root = results_open(path);
    const cJSON *entry;
    if (!root)
        return false;
    bool ok = same_command(farm, root) || file_refuse(path, "is the result of another command or scenario");
    ok = ok && keeps_seeds(farm, path, root);
    cJSON_ArrayForEach (entry, cJSON_GetObjectItemCaseSensitive(root, "seeds"))
        if (ok)
            take_over(farm, entry);
    cJSON_Delete(root);
    return ok;
}

bool results_take(struct farm *farm, const char *path, const cJSON *root)
{
    const cJSON *seeds = cJSON_GetObjectItemCaseSensitive(root, "seeds"), *entry;
    if (!same_command(farm, root))
        return file_refuse(path, "is the result of another command or scenario than the first");
    size_t more = (size_t)cJSON_GetArraySize(seeds);
    struct seed_result *larger = reallocate(farm->results, (farm->count + more + 1) * sizeof *larger);
    farm->results = larger;
    cJSON_ArrayForEach (entry, seeds) {
        const char *output = document_text(entry, "output"), *faults = document_text(entry, "faults");
        const cJSON *status = cJSON_GetObjectItemCaseSensitive(entry, "status");
        const cJSON *time = cJSON_GetObjectItemCaseSensitive(entry, "milliseconds");
        struct seed_result *result = &farm->results[farm->count++];
        *result = (struct seed_result){0, outcome_of(entry), status ? status->valueint : 0,
            time ? time->valuedouble : 0, output ? allocate_copy(output) : NULL, faults ? allocate_copy(faults) : NULL};
        (void)read_seed(entry, &result->seed); /* seed_fits() has looked */
    }
    return true;
}
