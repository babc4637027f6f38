/* Expectations from a result: expect update. Entry points: the tables of the commands expect. */
#include "document/document.h"
#include "base/allocate.h"
#include "expectations.h"
#include "result/formats.h"
#include "base/text/pattern.h"
#include "spec_rows.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct update {
    const struct result *result;
    struct expectations *expectations;
    const char *reason, *link;
    bool any_build, dry_run;
    unsigned char *covered; /* by row of the result: an entry covers it */
    unsigned changes;
};

static void show(struct update *update, char sign, const cJSON *entry)
{
    char *text = cJSON_PrintUnformatted(entry);
    printf("%c %s\n", sign, text ? text : "");
    cJSON_free(text);
    update->changes++;
}

static void day_of(const struct result *result, char day[11])
{
    snprintf(day, 11, "%.10s", *result->started ? result->started : "1970-01-01");
}

/* --- entries that are there --- */

static unsigned bad_runs(const struct result_row *row, unsigned *runs)
{
    unsigned bad = 0;
    const cJSON *count;
    *runs = 0;
    cJSON_ArrayForEach (count, cJSON_GetObjectItemCaseSensitive(row->json, "runs")) {
        *runs += (unsigned)count->valuedouble;
        if (strcmp(count->string, outcome_names[OUTCOME_PASS]) != 0 &&
            strcmp(count->string, outcome_names[OUTCOME_RECORDED]) != 0)
            bad += (unsigned)count->valuedouble;
    }
    return bad;
}

static bool is_met(const struct expectation *entry, const struct result_row *row)
{
    unsigned runs, bad = bad_runs(row, &runs);
    return expectation_met(entry, row->outcome, bad, runs);
}

/* Whether an entry holds for all its rows that were run; SILENT if none of them was. */
enum verdict { SILENT, HOLDS, HOLDS_NOT };

static enum verdict judge(const struct update *update, const struct expectation *entry)
{
    const struct result *result = update->result;
    enum verdict verdict = SILENT;
    for (unsigned i = 0; i < result->count; i++) {
        const struct result_row *row = &result->rows[i];
        if (expectations_find(
                update->expectations, row->id, result_target_name(result), result->build, result->revision) != entry ||
            row->outcome == OUTCOME_SKIP || row->outcome == OUTCOME_NOT_RUN)
            continue;
        if (!is_met(entry, row))
            return HOLDS_NOT;
        verdict = HOLDS;
    }
    return verdict;
}

static void cover(struct update *update, const struct expectation *entry)
{
    const struct result *result = update->result;
    for (unsigned i = 0; i < result->count; i++)
        if (expectations_find(update->expectations, result->rows[i].id, result_target_name(result), result->build,
                result->revision) == entry)
            update->covered[i] = 1;
}

static void confirm(struct update *update, struct expectation *entry, const char *day)
{
    const char *before = document_text(entry->json, "confirmed");
    if (before && !strcmp(before, day))
        return;
    show(update, '-', entry->json);
    cJSON_DeleteItemFromObjectCaseSensitive(entry->json, "confirmed");
    cJSON_AddStringToObject(entry->json, "confirmed", day);
    show(update, '+', entry->json);
}

/* All entries are judged before any is removed, since the entry that covers a row depends on the others. */
static void update_entries(struct update *update)
{
    struct expectations *expectations = update->expectations;
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(expectations->root, "entries");
    enum verdict *verdicts = allocate_zeros(expectations->count + 1, sizeof *verdicts);
    char day[11];
    day_of(update->result, day);
    for (unsigned i = 0; i < expectations->count && verdicts; i++) {
        verdicts[i] = judge(update, &expectations->list[i]);
        if (verdicts[i] != HOLDS_NOT)
            cover(update, &expectations->list[i]);
    }
    for (unsigned i = 0; i < expectations->count && verdicts; i++) {
        if (verdicts[i] == HOLDS)
            confirm(update, &expectations->list[i], day);
        if (verdicts[i] != HOLDS_NOT)
            continue;
        show(update, '-', expectations->list[i].json);
        cJSON_Delete(cJSON_DetachItemViaPointer(entries, expectations->list[i].json));
    }
    free(verdicts);
}

/* --- new entries: the fewest patterns --- */

static bool wants_entry(const struct update *update, unsigned i)
{
    return outcome_is_bad(update->result->rows[i].outcome) && !update->covered[i];
}

/* Can a new entry expect that outcome of the pattern? Every row that it fits, in the suite and in the run, must have
   had that outcome in the run, and no other entry may cover it. *count: the rows that it fits. */
static bool pattern_holds(const struct update *update, const char *pattern, enum outcome outcome, unsigned *count)
{
    const struct result *result = update->result;
    *count = 0;
    for (unsigned i = 0; i < result->count; i++) {
        const struct result_row *row = &result->rows[i];
        if (!pattern_fits(pattern, row->id))
            continue;
        if (row->outcome != outcome || update->covered[i])
            return false;
        ++*count;
    }
    for (unsigned i = 0; i < spec_row_count; i++) /* the outcome of rows without a result is unknown */
        if (pattern_fits(pattern, spec_rows[i].id) && !result_find(result, spec_rows[i].id))
            return false;
    return *count > 0;
}

/* The pattern that holds for most rows: the id up to a point and a star, a star and its last part, or the id. */
static void widest_pattern(const struct update *update, const struct result_row *row, char *pattern, size_t size)
{
    unsigned best = 1, count;
    char trial[256];
    snprintf(pattern, size, "%s", row->id);
    for (const char *point = strchr(row->id, '.'); point; point = strchr(point + 1, '.')) {
        snprintf(trial, sizeof trial, "%.*s*", (int)(point - row->id) + 1, row->id);
        if (pattern_holds(update, trial, row->outcome, &count) && count > best) {
            best = count;
            snprintf(pattern, size, "%s", trial);
        }
    }
    const char *last = strrchr(row->id, '.');
    snprintf(trial, sizeof trial, "*%s", last ? last : row->id);
    if (last && pattern_holds(update, trial, row->outcome, &count) && count > best)
        snprintf(pattern, size, "%s", trial);
}

static cJSON *new_entry(const struct update *update, const struct result_row *row, const char *pattern)
{
    const struct result *result = update->result;
    char day[11];
    cJSON *entry = cJSON_CreateObject();
    day_of(result, day);
    cJSON_AddStringToObject(entry, "rows", pattern);
    cJSON_AddStringToObject(entry, "outcome", outcome_names[row->outcome]);
    if (result->build && !update->any_build) {
        const int builds[2] = {(int)result->build, (int)result->build};
        cJSON_AddItemToObject(entry, "builds", cJSON_CreateIntArray(builds, 2));
    }
    cJSON_AddStringToObject(entry, "reason", update->reason ? update->reason : "not looked into yet");
    if (update->link)
        cJSON_AddStringToObject(entry, "link", update->link);
    cJSON_AddStringToObject(entry, "confirmed", day);
    return entry;
}

static void add_entries(struct update *update)
{
    const struct result *result = update->result;
    cJSON *entries = cJSON_GetObjectItemCaseSensitive(update->expectations->root, "entries");
    char pattern[256];
    for (unsigned i = 0; i < result->count; i++) {
        if (!wants_entry(update, i))
            continue;
        widest_pattern(update, &result->rows[i], pattern, sizeof pattern);
        cJSON *entry = new_entry(update, &result->rows[i], pattern);
        show(update, '+', entry);
        cJSON_AddItemToArray(entries, entry);
        for (unsigned j = 0; j < result->count; j++)
            update->covered[j] |= pattern_fits(pattern, result->rows[j].id);
    }
}

/* --- the command --- */

/* A file that does not exist yet starts empty. */
static bool open_file(const char *path, const struct result *result, struct expectations *expectations)
{
    FILE *file = fopen(path, "rb");
    if (file) {
        fclose(file);
        return expectations_read(path, expectations);
    }
    *expectations = (struct expectations){.path = path, .root = cJSON_CreateObject()};
    cJSON_AddNumberToObject(expectations->root, "version", 1);
    cJSON_AddStringToObject(expectations->root, "target", result_target_name(result));
    cJSON_AddArrayToObject(expectations->root, "entries");
    return true;
}

static int write_file(const struct update *update)
{
    const char *path = update->expectations->path;
    if (!update->changes) {
        printf("%s: nothing changes\n", path);
        return 0;
    }
    if (update->dry_run)
        return 0;
    if (!text_write(path, cJSON_Print(update->expectations->root)))
        return 2;
    printf("%s: written\n", path);
    return 0;
}

static int run_update(struct update *update, const char *run, const char *path)
{
    struct result result;
    struct expectations expectations;
    if (!result_read(run, &result))
        return 2;
    int code = 2;
    if (open_file(path, &result, &expectations)) {
        update->result = &result;             // cppcheck-suppress autoVariables ; the update ends in this function
        update->expectations = &expectations; // cppcheck-suppress autoVariables ; as above
        update->covered = allocate_zeros(result.count + 1, 1);
        update_entries(update);
        add_entries(update);
        code = write_file(update);
        free(update->covered);
        expectations_free(&expectations);
    }
    result_free(&result);
    return code;
}

static int update_file(void *values, const struct command_words *words)
{
    return run_update(values, words->list[0], words->list[1]);
}

static int check_files(void *values, const struct command_words *words)
{
    (void)values;
    for (unsigned i = 0; i < words->count; i++) {
        struct expectations expectations;
        if (!expectations_read(words->list[i], &expectations))
            return 2;
        printf("%s: %u entries\n", words->list[i], expectations.count);
        expectations_free(&expectations);
    }
    return 0;
}

static const struct command_option options[] = {
    {.name = "reason",
        .kind = OPTION_TEXT,
        .argument = "TEXT",
        .place = offsetof(struct update, reason),
        .help = "the reason of new entries; default: \"not looked into yet\""},
    {.name = "link",
        .kind = OPTION_TEXT,
        .argument = "URL",
        .place = offsetof(struct update, link),
        .help = "the link of new entries"},
    {.name = "any-build",
        .kind = OPTION_FLAG,
        .place = offsetof(struct update, any_build),
        .help = "new entries apply to every build, not only to that of the run"},
    {.name = "dry-run",
        .letter = 'n',
        .kind = OPTION_FLAG,
        .place = offsetof(struct update, dry_run),
        .help = "show what would change, and write nothing"},
    {.name = NULL}};

static const struct command_word run_and_file[] = {
    {.name = "RUN.json", .minimum = 1, .maximum = 1}, {.name = "FILE", .minimum = 1, .maximum = 1}, {.name = NULL}};
static const struct command_word files[] = {{.name = "FILE", .minimum = 1, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command expect_update_command = {.name = "expect update",
    .summary = "update the known differences of a target from a run",
    .description = "Rewrites a file of expectations so that RUN.json is as expected: entries that still apply are "
                   "kept and confirmed with the date of the run; those that no longer apply are removed; bad rows that "
                   "are not expected yet get entries, as few as possible. Reasons, links and comments are kept. The "
                   "changes are shown first.",
    .options = options,
    .words = run_and_file,
    .examples = {"expect update run.json known.json", "expect update -n --reason 'as on 20348' run.json known.json"},
    .exit_codes = "Exit code: 0, or 2 for wrong use and for files that can't be used.",
    .size = sizeof(struct update),
    .run = update_file};

const struct command expect_check_command = {.name = "expect check",
    .summary = "check a file of expectations",
    .description = "Reads files of expectations, up to the first mistake, which is shown.",
    .words = files,
    .examples = {"expect check known.json", "expect check expectations/*.json"},
    .exit_codes = "Exit code: 0, or 2 for wrong use and for files that can't be used.",
    .size = 0,
    .run = check_files};
