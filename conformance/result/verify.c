/* Submitted results. Entry point: the table of the command verify. */
#include "verify.h"
#include "result.h"
#include "row/row.h"
#include "base/text/shown.h"
#include <stdio.h>
#include <string.h>

enum { LISTED = 20 };

struct limits {
    unsigned skips, failures, build; /* 0: none */
};

static unsigned complaints;

static void complain(const struct result *result, const char *what, const char *id)
{
    if (complaints++ < LISTED)
        printf("%s: %s%s%s\n", result->path, shown(what), *id ? ": " : "", shown(id));
    else if (complaints == LISTED + 1)
        printf("%s: and more\n", result->path);
}

static void check_rows(const struct result *result)
{
    for (unsigned i = 0; i < spec_row_count; i++) {
        const struct result_row *row = result_find(result, spec_rows[i].id);
        if (!row)
            complain(result, "a row is missing", spec_rows[i].id);
        else if (row->outcome == OUTCOME_NOT_RUN)
            complain(result, "a row was not run", row->id);
    }
    for (unsigned i = 0; i < result->count; i++)
        if (!row_named(result->rows[i].id))
            complain(result, "there is no such row", result->rows[i].id);
}

/* Reading has checked the checksum, so counts that differ were written by another program. */
static void check_counts(const struct result *result, const struct limits *limits)
{
    unsigned silent = 0, bad = 0;
    char what[80];
    cJSON *counts = result_counts(cJSON_GetObjectItemCaseSensitive(result->root, "rows"));
    if (!cJSON_Compare(counts, cJSON_GetObjectItemCaseSensitive(result->root, "counts"), true))
        complain(result, "its counts are not those of its rows", "");
    cJSON_Delete(counts);
    for (unsigned i = 0; i < result->count; i++) {
        silent += result->rows[i].outcome == OUTCOME_SKIP || result->rows[i].outcome == OUTCOME_NOT_IMPLEMENTED;
        bad += outcome_is_bad(result->rows[i].outcome);
    }
    snprintf(what, sizeof what, "%u rows say nothing, %u may", silent, limits->skips);
    if (limits->skips && silent > limits->skips)
        complain(result, what, "");
    snprintf(what, sizeof what, "%u rows are bad, %u may be", bad, limits->failures);
    if (limits->failures && bad > limits->failures)
        complain(result, what, "");
}

/* Checks the newest must-pass list that is not of a later build. Returns the number of its rows. */
static unsigned check_must_pass(const struct result *result, unsigned build)
{
    unsigned newest = 0, count = 0;
    char what[100];
    for (int i = 0; spec_must_pass[i].row; i++)
        if (spec_must_pass[i].from <= build && spec_must_pass[i].from > newest)
            newest = spec_must_pass[i].from;
    for (int i = 0; spec_must_pass[i].row; i++) {
        if (spec_must_pass[i].from != newest)
            continue;
        const struct result_row *row = result_find(result, spec_must_pass[i].row);
        count++;
        snprintf(what, sizeof what, "every Windows from %u on passes this row, here it is %s", newest,
            row ? outcome_names[row->outcome] : "missing");
        if (!row || (row->outcome != OUTCOME_PASS && row->outcome != OUTCOME_RECORDED))
            complain(result, what, spec_must_pass[i].row);
    }
    return count;
}

static bool verify(const struct result *result, const struct limits *limits)
{
    unsigned build = limits->build ? limits->build : result->build, must = 0;
    char what[100];
    complaints = 0;
    if (result->interrupted)
        complain(result, "the run was interrupted", "");
    if (strcmp(result->spec, spec_digest) != 0) {
        snprintf(what, sizeof what, "it is of the rows %.24s, this tool has %.24s", result->spec, spec_digest);
        complain(result, what, "");
    } else {
        check_rows(result);
    }
    check_counts(result, limits);
    if (build)
        must = check_must_pass(result, build);
    else
        complain(result, "it names no Windows build; --build says which list it is to meet", "");
    if (!complaints)
        printf("%s: %u rows, whole and unchanged; the %u rows that Windows %u must pass do\n", result->path,
            result->count, must, build);
    return !complaints;
}

static int run(void *values, const struct command_words *words)
{
    const struct limits *limits = values;
    int code = 0;
    for (unsigned i = 0; i < words->count; i++) {
        struct result result;
        if (!result_read(words->list[i], &result))
            return 2;
        if (!verify(&result, limits))
            code = 1;
        result_free(&result);
    }
    return code;
}

/* --- the command --- */

static const struct command_option options[] = {{.name = "skips",
                                                    .kind = OPTION_NUMBER,
                                                    .argument = "N",
                                                    .place = offsetof(struct limits, skips),
                                                    .minimum = 1,
                                                    .maximum = 1000000000,
                                                    .help = "how many rows may have no verdict (skip, "
                                                            "not-implemented); default: any number"},
    {.name = "failures",
        .kind = OPTION_NUMBER,
        .argument = "N",
        .place = offsetof(struct limits, failures),
        .minimum = 1,
        .maximum = 1000000000,
        .help = "how many rows may be bad; default: any number, since that does not make a result unreliable"},
    {.name = "build",
        .kind = OPTION_NUMBER,
        .argument = "N",
        .place = offsetof(struct limits, build),
        .minimum = 1,
        .maximum = 1000000000,
        .help = "the Windows build whose rows must pass; default: the build in the result"},
    {.name = NULL}};

static const struct command_word words_taken[] = {
    {.name = "RUN.json", .minimum = 1, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command verify_command = {.name = "verify",
    .summary = "check that a result is complete, unchanged and good enough",
    .description =
        "Checks whether a result can be relied on: that it is complete and unchanged (checksum, counts), has each row "
        "of this tool once, was not interrupted, skips no more rows than allowed, and passes all rows that every host "
        "of its Windows build passes.",
    .options = options,
    .words = words_taken,
    .examples = {"verify run.json", "verify --skips 100 --build 20348 run.json"},
    .exit_codes = "Exit code: 0 all of this holds, 1 something does not, 2 wrong use or a file that is not a result.",
    .size = sizeof(struct limits),
    .run = run};
