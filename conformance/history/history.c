/* Results over time. Entry points: history_ask(), history_trend(). */
#include "history.h"
#include "base/allocate.h"
#include "base/command/refuse.h"
#include "document/document.h"
#include "history_query.h"
#include "history_store.h"
#include "base/text/shown.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TREND_RUNS = 60, FLIPS = 2 };

static bool read_builds(const char *text, unsigned builds[2])
{
    char *end;
    builds[0] = builds[1] = (unsigned)strtoul(text, &end, 10);
    if (*end == '-')
        builds[1] = (unsigned)strtoul(end + 1, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && builds[0] && builds[1] >= builds[0];
}

static unsigned bad_in(const struct store_run *run)
{
    unsigned bad = 0;
    for (int i = 0; i < OUTCOMES; i++)
        bad += outcome_is_bad((enum outcome)i) ? run->counts[i] : 0;
    return bad;
}

static void show_run(const struct store_run *run)
{
    char build[32] = "-";
    if (run->build)
        snprintf(build, sizeof build, run->revision ? "%u.%u" : "%u", run->build, run->revision);
    printf("%6lld  %-20s  %-24s %-12s", run->number, shown(run->started), shown(run->target), build);
}

/* --- commands --- */

/* Whoever wrote it, the database has the counts of each run. */
static bool read_counted(const char *path, struct result *result)
{
    if (!result_read(path, result))
        return false;
    if (cJSON_GetObjectItemCaseSensitive(result->root, "counts"))
        return true;
    result_free(result);
    return file_refuse(path, "counts is missing");
}

/* The database is made for the first result that can be added. */
static int add(const struct command_words *words)
{
    struct store *store = NULL;
    int code = 0;
    for (unsigned i = 1; i < words->count && !code; i++) {
        struct result result;
        long long number;
        bool known;
        if (!read_counted(words->list[i], &result)) {
            code = 2;
            continue;
        }
        store = store ? store : store_open(words->list[0], true);
        if (!store || !store_add(store, &result, &number, &known))
            code = 2;
        else
            printf("%s: %s run %lld\n", words->list[i], known ? "is already" : "added as", number);
        result_free(&result);
    }
    store_close(store);
    return code;
}

static int list(struct store *store, const struct store_run *runs, unsigned count, const struct command_words *words)
{
    (void)store, (void)words;
    printf("   run  started               target                   Windows       passed    bad silent seconds\n");
    for (unsigned i = 0; i < count; i++) {
        const unsigned *counts = runs[i].counts;
        show_run(&runs[i]);
        printf(" %7u %6u %6u %7.1f\n", counts[OUTCOME_PASS] + counts[OUTCOME_RECORDED], bad_in(&runs[i]),
            counts[OUTCOME_SKIP] + counts[OUTCOME_NOT_IMPLEMENTED] + counts[OUTCOME_NOT_RUN], runs[i].seconds);
    }
    return count ? 0 : 1;
}

static bool same_host(const struct store_run *a, const struct store_run *b)
{
    return a->build == b->build && !strcmp(a->target, b->target);
}

/* Prints a line for each target and build, and a column for each of the newest runs. */
static int grid(struct store *store, const struct store_run *runs, unsigned count, const struct command_words *words)
{
    enum { COLUMNS = 16 };
    (void)store, (void)words;
    unsigned from = count > COLUMNS ? count - COLUMNS : 0;
    printf("%-24s %-8s", "target", "Windows");
    for (unsigned i = from; i < count; i++)
        printf(" %6.5s", shown(strlen(runs[i].started) >= 10 ? runs[i].started + 5 : runs[i].started));
    printf("\n");
    for (unsigned i = from; i < count; i++) {
        bool listed = false;
        for (unsigned j = from; j < i; j++)
            listed |= same_host(&runs[j], &runs[i]);
        if (listed)
            continue;
        printf("%-24s %-8u", shown(runs[i].target), runs[i].build);
        for (unsigned j = from; j < count; j++)
            if (same_host(&runs[j], &runs[i]))
                printf(" %6u", bad_in(&runs[j]));
            else
                printf(" %6s", ".");
        printf("\n");
    }
    return count ? 0 : 1;
}

struct column {
    long row;
    unsigned char *outcomes; /* by run */
};

static void take_column(void *context, unsigned index, const unsigned char *outcomes, unsigned length)
{
    struct column *column = context;
    column->outcomes[index] = (unsigned long)column->row < length ? outcomes[column->row] : 0;
}

static const char *text_of(const cJSON *json, const char *name)
{
    const char *text = document_text(json, name);
    return text ? text : "";
}

static int row(struct store *store, const struct store_run *runs, unsigned count, const struct command_words *words)
{
    const char *id = words->list[1];
    struct column column = {store_row(store, id), allocate_zeros(count + 1, 1)};
    unsigned listed = 0;
    if (column.row < 0) {
        fprintf(stderr, "hcs-conformance: history %s: no run has a row %s\n", words->list[0], id);
        free(column.outcomes);
        return 1;
    }
    bool good = store_outcomes(store, runs, count, take_column, &column);
    for (unsigned i = 0; i < count && good; i++) {
        if (!column.outcomes[i])
            continue;
        bool changed = !listed++ || column.outcomes[i] != column.outcomes[i - 1];
        cJSON *json = NULL;
        if (changed && !(good = store_content(store, runs[i].number, column.row, &json)))
            break;
        show_run(&runs[i]);
        printf(" %-15s", outcome_names[column.outcomes[i] - 1]);
        if (json)
            printf(" %s %s %.200s", shown(text_of(json, "return")), shown(text_of(json, "result")),
                shown(text_of(json, "message")));
        printf("\n");
        cJSON_Delete(json);
    }
    free(column.outcomes);
    return !good ? 2 : listed ? 0 : 1;
}

static void take_query(void *context, unsigned index, const unsigned char *outcomes, unsigned length)
{
    (void)index;
    query_take(context, outcomes, length);
}

static int query(struct store *store, const struct store_run *runs, unsigned count, const struct command_words *words)
{
    struct query *asked = query_parse(words->list[1]);
    char **ids = NULL;
    unsigned rows = 0, found = 0;
    if (!asked)
        return 2;
    bool good = store_rows(store, &ids, &rows) && query_begin(asked, ids, rows) &&
                store_outcomes(store, runs, count, take_query, asked);
    for (unsigned i = 0; i < rows && good; i++)
        if (query_fits(asked, i)) {
            printf("%s\n", shown(ids[i]));
            found++;
        }
    if (good)
        fprintf(stderr, "%u rows in %u runs\n", found, count);
    store_free_rows(ids, rows);
    query_free(asked);
    return !good ? 2 : found ? 0 : 1;
}

/* How often each row changed between good and bad on the same target and build. */
struct flaky {
    const struct store_run *runs;
    unsigned *host; /* by run: the number of its target and build */
    unsigned rows, hosts;
    unsigned char *last;         /* by host and row: 0 nothing yet, 1 good, 2 bad */
    unsigned *flips, *bad, *all; /* by row */
    bool *said;                  /* by row: the outcome of some run is flaky */
};

static void take_flaky(void *context, unsigned index, const unsigned char *outcomes, unsigned length)
{
    struct flaky *flaky = context;
    unsigned char *last = flaky->last + (size_t)flaky->host[index] * flaky->rows;
    for (unsigned i = 0; i < length && i < flaky->rows; i++) {
        enum outcome outcome = (enum outcome)(outcomes[i] - 1);
        if (!outcomes[i] || outcome == OUTCOME_SKIP || outcome == OUTCOME_NOT_RUN || outcome == OUTCOME_NOT_IMPLEMENTED)
            continue;
        unsigned char now = outcome_is_bad(outcome) ? 2 : 1;
        flaky->all[i]++;
        flaky->bad[i] += now == 2;
        flaky->said[i] |= outcome == OUTCOME_FLAKY;
        flaky->flips[i] += last[i] && last[i] != now;
        last[i] = now;
    }
}

static void number_hosts(struct flaky *flaky, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned same = 0;
        while (same < i && !same_host(&flaky->runs[same], &flaky->runs[i]))
            same++;
        flaky->host[i] = same < i ? flaky->host[same] : flaky->hosts++;
    }
}

static int flaky(struct store *store, const struct store_run *runs, unsigned count, const struct command_words *words)
{
    struct flaky all = {.runs = runs, .host = allocate_zeros(count + 1, sizeof *all.host)};
    char **ids = NULL;
    unsigned found = 0;
    (void)words;
    bool good = store_rows(store, &ids, &all.rows);
    if (good) {
        number_hosts(&all, count);
        all.last = allocate_zeros((size_t)all.hosts * all.rows + 1, 1);
        all.flips = allocate_zeros(all.rows + 1, sizeof *all.flips);
        all.bad = allocate_zeros(all.rows + 1, sizeof *all.bad);
        all.all = allocate_zeros(all.rows + 1, sizeof *all.all);
        all.said = allocate_zeros(all.rows + 1, sizeof *all.said);
        good = store_outcomes(store, runs, count, take_flaky, &all);
    }
    for (unsigned i = 0; i < all.rows && good; i++)
        if (all.said[i] || all.flips[i] >= FLIPS) {
            printf("%-72s bad in %u of %u runs, changed %u times%s\n", shown(ids[i]), all.bad[i], all.all[i],
                all.flips[i], all.said[i] ? ", flaky within a run" : "");
            found++;
        }
    store_free_rows(ids, all.rows);
    free(all.host);
    free(all.last);
    free(all.flips);
    free(all.bad);
    free(all.all);
    free(all.said);
    return !good ? 2 : found ? 0 : 1;
}

static int export(struct store *store, const struct store_run *runs, unsigned count, const struct command_words *words)
{
    (void)runs, (void)count;
    char *end;
    struct result result;
    cJSON *root = NULL;
    long long number = strtoll(words->list[1], &end, 10);
    if (!*end && !store_export(store, number, &root))
        return 2;
    if (!root) {
        fprintf(stderr, "hcs-conformance: history %s: there is no run %s\n", words->list[0], words->list[1]);
        return 2;
    }
    if (!result_take(root, words->list[0], &result)) /* what is written can be read again */
        return 2;
    bool written = result_write(result.root, words->list[2]);
    result_free(&result);
    return written ? 0 : 2;
}

/* --- the command --- */

/* The queries over the runs of a database. */
static int (*const asked[])(struct store *, const struct store_run *, unsigned, const struct command_words *) = {
    [HISTORY_LIST] = list,
    [HISTORY_GRID] = grid,
    [HISTORY_ROW] = row,
    [HISTORY_QUERY] = query,
    [HISTORY_FLAKY] = flaky,
    [HISTORY_EXPORT] = export};

int history_ask(enum history_question question, const struct history_filter *wanted, const struct command_words *words)
{
    struct store_filter filter = {.target = wanted->target, .last = wanted->last};
    struct store_run *runs = NULL;
    unsigned count = 0;
    int code = 2;
    if (wanted->builds && !read_builds(wanted->builds, filter.builds))
        return command_wrong("--build takes a build, or two as N-M, not '%.80s'", wanted->builds);
    if (question == HISTORY_ADD)
        return add(words);
    struct store *store = store_open(words->list[0], false);
    if (store && store_runs(store, &filter, &runs, &count))
        code = asked[question](store, runs, count, words);
    store_free_runs(runs, count);
    store_close(store);
    return code;
}

/* --- the trend --- */

struct trend {
    char **letters; /* by row: one for each run */
    unsigned rows;
};

static void take_trend(void *context, unsigned index, const unsigned char *outcomes, unsigned length)
{
    static const char letters[OUTCOMES + 1] = "pfdrsnctk-";
    struct trend *trend = context;
    for (unsigned i = 0; i < trend->rows; i++)
        if (trend->letters[i])
            trend->letters[i][index] = i < length && outcomes[i] ? letters[outcomes[i] - 1] : '-';
}

static cJSON *runs_json(const struct store_run *runs, unsigned count)
{
    cJSON *list_json = cJSON_CreateArray();
    for (unsigned i = 0; i < count; i++) {
        const unsigned *counts = runs[i].counts;
        cJSON *json = cJSON_CreateObject();
        cJSON_AddNumberToObject(json, "number", (double)runs[i].number);
        cJSON_AddStringToObject(json, "started", runs[i].started);
        cJSON_AddStringToObject(json, "target", runs[i].target);
        cJSON_AddNumberToObject(json, "build", runs[i].build);
        cJSON_AddNumberToObject(json, "pass", counts[OUTCOME_PASS] + counts[OUTCOME_RECORDED]);
        cJSON_AddNumberToObject(json, "bad", bad_in(&runs[i]));
        cJSON_AddNumberToObject(json, "silent",
            counts[OUTCOME_SKIP] + counts[OUTCOME_NOT_IMPLEMENTED] + counts[OUTCOME_NOT_RUN] + counts[OUTCOME_DRIFT]);
        cJSON_AddItemToArray(list_json, json);
    }
    return list_json;
}

static cJSON *trend_of(struct store *store, const struct store_run *runs, unsigned count)
{
    struct trend trend = {.letters = NULL};
    char **ids = NULL;
    cJSON *root = NULL;
    if (!store_rows(store, &ids, &trend.rows))
        return NULL;
    trend.letters = allocate_zeros(trend.rows + 1, sizeof *trend.letters);
    for (unsigned i = 0; i < trend.rows; i++)
        trend.letters[i] = ids[i] ? allocate_zeros(count + 1, 1) : NULL;
    if (store_outcomes(store, runs, count, take_trend, &trend)) {
        root = cJSON_CreateObject();
        cJSON_AddItemToObject(root, "runs", runs_json(runs, count));
        cJSON *rows = cJSON_AddObjectToObject(root, "rows");
        for (unsigned i = 0; i < trend.rows; i++)
            if (trend.letters[i])
                cJSON_AddStringToObject(rows, ids[i], trend.letters[i]);
    }
    for (unsigned i = 0; i < trend.rows; i++)
        free(trend.letters[i]);
    free(trend.letters);
    store_free_rows(ids, trend.rows);
    return root;
}

cJSON *history_trend(const char *database)
{
    struct store_filter filter = {.last = TREND_RUNS};
    struct store *store = store_open(database, false);
    struct store_run *runs = NULL;
    unsigned count = 0;
    cJSON *root = NULL;
    if (store && store_runs(store, &filter, &runs, &count))
        root = trend_of(store, runs, count);
    store_free_runs(runs, count);
    store_close(store);
    return root;
}
