/* Two results, row by row. Entry points: compare_results(), compare_main(). */
#include "compare.h"
#include "base/text/utf8.h"
#include "base/allocate.h"
#include "base/files/standard_streams.h"
#include "result/html.h"
#include "pages/page.h"
#include "policy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const change_names[CHANGES] = {"new-failures", "crashes", "timeouts", "flaky", "drift", "lost", "removed",
    "changed", "fixed", "better", "added", "renamed", "expected", "still-bad", "same"};

const char *const change_titles[CHANGES] = {"new failures", "crashes that are new", "time-outs that are new",
    "became flaky", "new drift", "lost: passed, and now say nothing", "removed", "changed answers", "fixed", "better",
    "added", "renamed", "expected", "still bad", "the same"};

bool change_is_worse(enum change change)
{
    return change <= CHANGE_REMOVED;
}

const struct result_row *difference_row(const struct difference *difference)
{
    return difference->after ? difference->after : difference->before;
}

/* --- two rows --- */

static bool same(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

static char *events_of(const struct result_row *row)
{
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(row->json, "events");
    return events ? cJSON_PrintUnformatted(events) : NULL;
}

static void say_both(char *what, size_t size, const char *name, const char *before, const char *after)
{
    enum { BOTH = 150 };
    snprintf(what, size, "%s %.*s, now %.*s", name, utf8_cut(before, BOTH), before, utf8_cut(after, BOTH), after);
}

bool compare_answers(const struct result_row *before, const struct result_row *after, char *what, size_t size)
{
    const struct {
        const char *name, *before, *after;
    } texts[] = {{"returned", before->returned, after->returned}, {"result", before->result, after->result},
        {"document", before->document, after->document}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!same(texts[i].before, texts[i].after)) {
            say_both(what, size, texts[i].name, texts[i].before ? texts[i].before : "nothing",
                texts[i].after ? texts[i].after : "nothing");
            return true;
        }
    char *first = events_of(before), *second = events_of(after);
    bool differ = !same(first, second);
    if (differ)
        say_both(what, size, "events", first ? first : "none", second ? second : "none");
    cJSON_free(first);
    cJSON_free(second);
    return differ;
}

/* Does the outcome tell nothing about the target? */
static bool is_silent(enum outcome outcome)
{
    return outcome == OUTCOME_SKIP || outcome == OUTCOME_NOT_IMPLEMENTED || outcome == OUTCOME_NOT_RUN;
}

static enum change worse(const struct result_row *before, const struct result_row *after)
{
    switch (after->outcome) {
    case OUTCOME_CRASH:
        return before->outcome == OUTCOME_CRASH ? CHANGE_NEW_FAILURE : CHANGE_CRASH;
    case OUTCOME_TIMEOUT:
        return before->outcome == OUTCOME_TIMEOUT ? CHANGE_NEW_FAILURE : CHANGE_TIMEOUT;
    case OUTCOME_FLAKY:
        return before->outcome == OUTCOME_FLAKY ? CHANGE_NEW_FAILURE : CHANGE_FLAKY;
    default:
        return CHANGE_NEW_FAILURE;
    }
}

/* Both rows are bad. A failure that became a crash, or a crash that became a time-out, still counts as worse. */
static enum change of_bad(const struct result_row *before, const struct result_row *after)
{
    if (after->outcome == before->outcome || after->outcome == OUTCOME_FAIL)
        return CHANGE_STILL_BAD;
    return worse(before, after);
}

static enum change change_of(const struct result_row *before, const struct result_row *after, char *what, size_t size)
{
    bool was_bad = result_row_is_bad(before), is_bad = result_row_is_bad(after);
    const char *message = after->message ? after->message : "";
    snprintf(what, size, "%s, now %s%s%.*s", outcome_names[before->outcome], outcome_names[after->outcome],
        *message ? ": " : "", utf8_cut(message, 250), message);
    if (is_bad)
        return was_bad ? of_bad(before, after) : worse(before, after);
    if (was_bad)
        return is_silent(after->outcome) ? CHANGE_LOST : CHANGE_FIXED;
    if (before->outcome != after->outcome) {
        if (is_silent(after->outcome))
            return is_silent(before->outcome) ? CHANGE_OTHER : CHANGE_LOST;
        if (after->outcome == OUTCOME_DRIFT)
            return is_silent(before->outcome) ? CHANGE_OTHER : CHANGE_DRIFT;
        return is_silent(before->outcome) || before->outcome == OUTCOME_DRIFT ? CHANGE_BETTER : CHANGE_OTHER;
    }
    return compare_answers(before, after, what, size) ? CHANGE_OTHER : CHANGE_NONE;
}

/* --- all rows --- */

static void add(struct comparison *comparison, enum change change, const struct result_row *before,
    const struct result_row *after, const char *what)
{
    struct difference *difference = &comparison->list[comparison->count++];
    *difference = (struct difference){.change = change, .before = before, .after = after};
    snprintf(difference->what, sizeof difference->what, "%s", what);
}

static bool merge(struct comparison *comparison)
{
    const struct result *before = comparison->before, *after = comparison->after;
    char what[400];
    unsigned i = 0, j = 0;
    comparison->list = allocate_zeros((size_t)before->count + after->count + 1, sizeof *comparison->list);
    while (i < before->count || j < after->count) {
        int order = i == before->count ? 1 : j == after->count ? -1 : strcmp(before->rows[i].id, after->rows[j].id);
        if (order < 0) {
            snprintf(what, sizeof what, "it was %s", outcome_names[before->rows[i].outcome]);
            add(comparison, CHANGE_REMOVED, &before->rows[i++], NULL, what);
        } else if (order > 0) {
            snprintf(what, sizeof what, "it is %s", outcome_names[after->rows[j].outcome]);
            add(comparison, CHANGE_ADDED, NULL, &after->rows[j++], what);
        } else {
            enum change change = change_of(&before->rows[i], &after->rows[j], what, sizeof what);
            add(comparison, change, &before->rows[i++], &after->rows[j++], what);
        }
    }
    return comparison->list;
}

static int by_digest(const void *a, const void *b)
{
    const struct difference *first = *(struct difference *const *)a, *second = *(struct difference *const *)b;
    int order = strcmp(difference_row(first)->digest, difference_row(second)->digest);
    return order ? order : (int)first->change - (int)second->change;
}

static bool same_digest(struct difference *const *list, unsigned count, unsigned a, unsigned b)
{
    return b < count && !strcmp(difference_row(list[a])->digest, difference_row(list[b])->digest);
}

/* A removed row and an added row have the same steps: the row was renamed. Any other change is shown as well. */
static void join(struct difference *removed, struct difference *added)
{
    char what[400], said[400];
    enum change change = change_of(removed->before, added->after, what, sizeof what);
    snprintf(said, sizeof said, "it was %.120s%s%.*s", removed->before->id, change == CHANGE_NONE ? "" : ": ",
        change == CHANGE_NONE ? 0 : utf8_cut(what, 250), what);
    removed->after = added->after;
    removed->change = change == CHANGE_NONE ? CHANGE_RENAMED : change;
    snprintf(removed->what, sizeof removed->what, "%s", said);
    added->change = CHANGES; /* to be taken out */
}

static bool find_renames(struct comparison *comparison)
{
    struct difference **list = allocate((comparison->count + 1) * sizeof *list);
    unsigned count = 0, kept = 0;
    for (unsigned i = 0; i < comparison->count; i++) {
        struct difference *difference = &comparison->list[i];
        if ((difference->change == CHANGE_REMOVED || difference->change == CHANGE_ADDED) &&
            difference_row(difference)->digest)
            list[count++] = difference;
    }
    qsort(list, count, sizeof *list, by_digest);
    for (unsigned i = 0, next; i < count; i = next) {
        for (next = i + 1; same_digest(list, count, i, next);)
            next++;
        if (next - i == 2 && list[i]->change == CHANGE_REMOVED && list[i + 1]->change == CHANGE_ADDED)
            join(list[i], list[i + 1]);
    }
    free(list);
    for (unsigned i = 0; i < comparison->count; i++)
        if (comparison->list[i].change != CHANGES)
            comparison->list[kept++] = comparison->list[i];
    comparison->count = kept;
    return true;
}

bool compare_results(const struct result *before, const struct result *after, struct comparison *comparison)
{
    *comparison = (struct comparison){.before = before, .after = after};
    if (!merge(comparison) || !find_renames(comparison)) {
        comparison_free(comparison);
        return false;
    }
    for (unsigned i = 0; i < comparison->count; i++)
        comparison->counts[comparison->list[i].change]++;
    return true;
}

void comparison_free(struct comparison *comparison)
{
    free(comparison->list);
    comparison->list = NULL;
}

/* --- the command --- */

struct outputs {
    const char *json, *markdown, *html, *docs;
    unsigned fail_on; /* bits by policy_name() */
    const char *policy;
};

static bool write_outputs(const struct comparison *comparison, const struct outputs *outputs)
{
    struct result both[2] = {*comparison->after, *comparison->before};
    struct html_page page = {.results = both, .count = 2};
    bool good = true;
    if (outputs->json)
        good &= text_write(outputs->json, comparison_json(comparison));
    if (outputs->markdown)
        good &= text_write(outputs->markdown, comparison_markdown(comparison));
    if (outputs->html)
        good &= text_write(outputs->html, html_page(&page));
    return good;
}

static int show(const char *text)
{
    if (!text) {
        memory_check();
        fputs("hcs-conformance: compare: the answer is too long to be shown\n", stderr);
        return 2;
    }
    fputs(text, stdout);
    return 0;
}

static int compare_two(const struct result *results, const struct policy *policy, const struct outputs *outputs)
{
    struct comparison comparison;
    struct page_set docs = {NULL, 0};
    char error[512];
    if (outputs->docs && !pages_open(&docs, outputs->docs, error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    if (!compare_results(&results[0], &results[1], &comparison))
        return 2;
    policy_explain(policy, &comparison);
    char *text = comparison_text(&comparison, output_has_colours(), outputs->docs ? &docs : NULL);
    pages_close(&docs);
    int code = show(text);
    free(text);
    if (!write_outputs(&comparison, outputs))
        code = 2;
    if (!code && policy_fails(policy, &comparison))
        code = 1;
    comparison_free(&comparison);
    return code;
}

static int compare_all_three(const struct result *results)
{
    unsigned alone;
    char *text = compare_three(results, &alone);
    int code = show(text);
    free(text);
    return code ? code : alone > 0;
}

static int compare_files(const struct outputs *outputs, const struct policy *policy, const struct command_words *words)
{
    struct result results[3] = {{.path = NULL}};
    bool good = true;
    int code = 2;
    for (unsigned i = 0; i < words->count && good; i++)
        good = result_read(words->list[i], &results[i]);
    if (good)
        code = words->count == 2 ? compare_two(results, policy, outputs) : compare_all_three(results);
    for (unsigned i = 0; i < words->count; i++)
        result_free(&results[i]);
    return code;
}

static int run(void *values, const struct command_words *words)
{
    const struct outputs *outputs = values;
    struct policy policy;
    if (words->count == 3 &&
        (outputs->fail_on || outputs->policy || outputs->json || outputs->markdown || outputs->html || outputs->docs))
        return command_wrong("of three results there is only the table");
    if (!policy_read(outputs->fail_on, outputs->policy, &policy))
        return 2;
    int code = compare_files(outputs, &policy, words);
    policy_free(&policy);
    return code;
}

#define FORMAT(long_name, member, text)                                                                                \
    {                                                                                                                  \
        .name = (long_name), .kind = OPTION_OUTPUT, .argument = "FILE", .place = offsetof(struct outputs, member),     \
        .help = (text)                                                                                                 \
    }

static const struct command_option options[] = {{.name = "fail-on",
                                                    .kind = OPTION_CHOICES,
                                                    .argument = "LIST",
                                                    .place = offsetof(struct outputs, fail_on),
                                                    .choice_at = policy_name,
                                                    .excludes = "policy",
                                                    .help = "the classes that make the exit code 1: new-failures "
                                                            "crashes timeouts flaky drift lost removed changed fixed "
                                                            "better added renamed still-bad; worse, any, nothing; "
                                                            "default: worse"},
    {.name = "policy",
        .kind = OPTION_INPUT,
        .argument = "FILE",
        .place = offsetof(struct outputs, policy),
        .help = "the same as a file: { \"failOn\": [\"lost\", …], \"ignore\": [\"PATTERN\", …], \"most\": "
                "{ \"changed\": 5 }, \"expected\": [{ \"rows\": [\"PATTERN\"], \"places\": [\"$.A.B\"], "
                "\"unmet\": \"NEED\", \"reason\": \"…\" }] }; most: how many are tolerated; expected: differences "
                "with a reason; places: only these places of the document may differ"},
    FORMAT("json", json, "the differences as JSON"), FORMAT("markdown", markdown, "for the summary of a CI job"),
    FORMAT("html", html, "a page with the comparison"),
    {.name = "docs",
        .kind = OPTION_FOLDER,
        .argument = "DIR",
        .place = offsetof(struct outputs, docs),
        .help = "the sentences behind the rows, from your own checkout of the documentation"},
    {.name = NULL}};

static const struct command_word words_taken[] = {{.name = "OLD.json", .minimum = 1, .maximum = 1, .kind = WORD_INPUT},
    {.name = "NEW.json", .minimum = 1, .maximum = 1, .kind = WORD_INPUT},
    {.name = "THIRD.json", .minimum = 0, .maximum = 1, .kind = WORD_INPUT}, {.name = NULL}};

const struct command compare_command = {.name = "compare",
    .summary = "show what changed, or which of three results differs",
    .description = "Compares two results row by row, whatever their targets and builds. Of three (host, "
                   "implementation, simulator) it shows which one differs from the others.",
    .options = options,
    .words = words_taken,
    .examples = {"compare old.json new.json --fail-on lost,crashes", "compare host.json impl.json sim.json"},
    .exit_codes =
        "Exit code: 0 no difference of --fail-on, 1 at least one, 2 wrong use or a file that is not a result.",
    .size = sizeof(struct outputs),
    .run = run};
