/* What a run prints. Entry points: run_show_row(), run_show_summary(). */
#include "platform/environment.h"
#include "document/document.h"
#include "run.h"
#include "base/text/shown.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show_source(const struct spec_row *row)
{
    if (row->page)
        printf("      %s, %s, row %d (%s)\n", row->page, row->section, row->row, row->origin);
    else
        printf("      rule %s (%s)\n", row->rule ? row->rule : "-", row->origin);
}

/* Shows the expectation that a bad row did not meet. */
static void show_expectation(const struct row_report *report)
{
    const cJSON *expectation = cJSON_GetObjectItemCaseSensitive(report->json, "expectation");
    if (expectation && report->bad)
        printf("      expected to be %s: %s\n", document_text(expectation, "outcome"),
            shown(document_text(expectation, "reason")));
}

/* Shows the first line that the target printed during the row; the result has more. */
static void show_output(const struct row_report *report)
{
    enum { SHOWN = 100 };
    const char *output = report->output ? report->output + strspn(report->output, "\r\n") : "";
    size_t length = strcspn(output, "\r\n");
    char beginning[SHOWN + 1];
    snprintf(beginning, sizeof beginning, "%.*s", length < SHOWN ? (int)length : SHOWN, output);
    if (length)
        printf("      it printed: %s%s\n", shown(beginning), output[length] || length > SHOWN ? " …" : "");
}

void run_show_row(const struct run *run, const struct row_report *report)
{
    enum { PLAIN_STEP = 500 };
    bool terminal = program_output_is_terminal();
    bool noted = report->bad || report->outcome == OUTCOME_DRIFT;
    if (terminal)
        printf("\r\033[K");
    if (noted || (run->options->verbose && report->outcome != OUTCOME_PASS)) {
        printf("%-8s %s\n      %s\n", outcome_names[report->outcome], report->row->id, shown_lines(report->message));
        show_output(report);
        show_expectation(report);
        show_source(report->row);
    }
    if (terminal)
        printf("[%u/%u] %s", run->finished, run->count, run->finished < run->count ? report->row->id : "\r\033[K");
    else if (run->finished % PLAIN_STEP == 0 && run->finished < run->count)
        printf("%u of %u rows\n", run->finished, run->count);
    fflush(stdout);
}

struct counts {
    unsigned by_strength[4][OUTCOMES], total[OUTCOMES], bad, expected;
    unsigned reaching, idle; /* rows that made the host act on what runs, and that did not */
    double calls, creates;
    bool shared;
};

static void count(const struct run *run, struct counts *counts)
{
    memset(counts, 0, sizeof *counts);
    for (unsigned i = 0; i < run->count; i++) {
        const struct row_report *report = &run->rows[i];
        if (!report->done)
            continue;
        counts->by_strength[report->row->strength][report->outcome]++;
        counts->total[report->outcome]++;
        counts->bad += report->bad;
        counts->expected += outcome_is_bad(report->outcome) && !report->bad;
        const cJSON *calls = cJSON_GetObjectItemCaseSensitive(report->json, "backendCalls");
        counts->reaching += calls && calls->valuedouble > 0;
        counts->idle += calls && calls->valuedouble == 0;
        counts->calls += calls ? calls->valuedouble : 0;
        const cJSON *creates = cJSON_GetObjectItemCaseSensitive(report->json, "creates");
        counts->creates += creates ? creates->valuedouble : 0;
        counts->shared |= creates != NULL;
    }
}

/* Outcomes that no row has are left out, but for pass and fail. */
static bool is_shown(const struct counts *counts, int outcome)
{
    // cppcheck-suppress arrayIndexOutOfBoundsCond ; OUTCOME_FAIL is not the last of the outcomes
    return outcome <= OUTCOME_FAIL || counts->total[outcome];
}

static void show_table(const struct counts *counts)
{
    printf("%-12s", "");
    for (int outcome = 0; outcome < OUTCOMES; outcome++)
        if (is_shown(counts, outcome))
            printf(" %15s", outcome_names[outcome]);
    for (int strength = 0; strength < 4; strength++) {
        printf("\n%-12s", strength_names[strength]);
        for (int outcome = 0; outcome < OUTCOMES; outcome++)
            if (is_shown(counts, outcome))
                printf(" %15u", counts->by_strength[strength][outcome]);
    }
}

/* Rows that take real time make the suite slow: they are named. */
static void show_slow_rows(const struct run *run)
{
    enum { NAMED = 10 };
    unsigned count;
    const struct row_report **slow = run_slow_rows(run, &count);
    for (unsigned i = 0; i < count && i < NAMED; i++)
        printf("%s%s (%.1f s)", i ? ", " : "over a second of real time: ", slow[i]->row->id,
            cJSON_GetObjectItemCaseSensitive(slow[i]->json, "milliseconds")->valuedouble / 1000);
    if (count > NAMED)
        printf(", and %u more", count - NAMED);
    if (count)
        printf("\n");
    free(slow);
}

void run_show_summary(const struct run *run)
{
    struct counts counts;
    count(run, &counts);
    const unsigned *total = counts.total;
    printf("\ntarget: %s\nspec:   %s, %s\n\n", run->target, spec_digest, run->options->strict ? "strict" : "loose");
    show_table(&counts);
    printf("\n\n%u of %u rows in %.2f s%s\n", run->finished, run->count, run->seconds,
        run->interrupted ? ", interrupted" : "");
    show_slow_rows(run);
    unsigned skipped =
        total[OUTCOME_SKIP] + total[OUTCOME_NOT_IMPLEMENTED] + total[OUTCOME_RECORDED] + total[OUTCOME_DRIFT];
    if (skipped)
        printf(
            "neither passed nor failed: %u recorded, %u drift, %u not-implemented, %u skipped for want of something\n",
            total[OUTCOME_RECORDED], total[OUTCOME_DRIFT], total[OUTCOME_NOT_IMPLEMENTED], total[OUTCOME_SKIP]);
    if (counts.reaching)
        printf("%u rows made the host act %.0f times on what runs; %u were about documents and states alone\n",
            counts.reaching, counts.calls, counts.idle);
    if (counts.shared)
        printf("%.0f systems were made; rows that leave one as it was used it together\n", counts.creates);
    if (counts.expected)
        printf("%u are bad as was expected\n", counts.expected);
    printf("%u passed, %u failed, %u skipped\n", total[OUTCOME_PASS], counts.bad, skipped);
    if (run->interrupted && run->options->json)
        printf("to continue: hcs-conformance run --resume %s%s%s%s\n", run->options->json,
            run->options->redact ? " --redact" : "", run->options->target ? " --target " : "",
            run->options->target ? run->options->target : "");
}
