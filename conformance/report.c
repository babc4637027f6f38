/* What a run shows: progress, summary, JSON. Entry points: report_progress(), report_summary(). */
#include "platform/child.h"
#include "platform/host.h"
#include "run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool report_is_bad(enum outcome outcome)
{
    return outcome == OUTCOME_FAIL || outcome == OUTCOME_CRASH || outcome == OUTCOME_TIMEOUT;
}

static void show_source(const struct spec_row *row)
{
    if (row->page)
        printf("      %s, %s, row %d (%s)\n", row->page, row->section, row->row, row->origin);
    else
        printf("      rule %s (%s)\n", row->rule ? row->rule : "-", row->origin);
}

void report_progress(const struct run *run, const struct row_report *report)
{
    enum { PLAIN_STEP = 500 };
    bool terminal = program_output_is_terminal();
    bool noted = report_is_bad(report->outcome) || report->outcome == OUTCOME_DRIFT;
    if (terminal)
        printf("\r\033[K");
    if (noted || (run->options->verbose && report->outcome != OUTCOME_PASS)) {
        printf("%-8s %s\n      %s\n", outcome_names[report->outcome], report->row->id, report->message);
        show_source(report->row);
    }
    if (terminal)
        printf("[%u/%u] %s", run->finished, run->count, run->finished < run->count ? report->row->id : "\r\033[K");
    else if (run->finished % PLAIN_STEP == 0 && run->finished < run->count)
        printf("%u of %u rows\n", run->finished, run->count);
    fflush(stdout);
}

void report_summary(const struct run *run)
{
    unsigned counts[4][OUTCOMES] = {{0}}, total[OUTCOMES] = {0}, failed = 0;
    for (unsigned i = 0; i < run->count; i++)
        if (run->rows[i].done) {
            counts[run->rows[i].row->strength][run->rows[i].outcome]++;
            total[run->rows[i].outcome]++;
            failed += report_is_bad(run->rows[i].outcome);
        }
    printf("\ntarget: %s\nspec:   %s, %s\n\n%-12s", run->target, spec_digest, run->options->strict ? "strict" : "loose",
        "");
    for (int outcome = 0; outcome < OUTCOMES; outcome++)
        printf(" %*s", (int)strlen(outcome_names[outcome]) > 6 ? (int)strlen(outcome_names[outcome]) : 6,
            outcome_names[outcome]);
    for (int strength = 0; strength < 4; strength++) {
        printf("\n%-12s", strength_names[strength]);
        for (int outcome = 0; outcome < OUTCOMES; outcome++)
            printf(" %*u", (int)strlen(outcome_names[outcome]) > 6 ? (int)strlen(outcome_names[outcome]) : 6,
                counts[strength][outcome]);
    }
    printf("\n\n%u of %u rows in %.2f s%s\n", run->finished, run->count, run->seconds,
        run->interrupted ? ", interrupted" : "");
    unsigned skipped =
        total[OUTCOME_SKIP] + total[OUTCOME_NOT_IMPLEMENTED] + total[OUTCOME_RECORDED] + total[OUTCOME_DRIFT];
    if (skipped)
        printf(
            "neither passed nor failed: %u recorded, %u drift, %u not-implemented, %u skipped for want of something\n",
            total[OUTCOME_RECORDED], total[OUTCOME_DRIFT], total[OUTCOME_NOT_IMPLEMENTED], total[OUTCOME_SKIP]);
    printf("%u passed, %u failed, %u skipped\n", total[OUTCOME_PASS], failed, skipped);
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text && *text)
        cJSON_AddStringToObject(object, name, text);
}

static cJSON *row_json(const struct row_report *report)
{
    const struct spec_row *row = report->row;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", row->id);
    cJSON_AddStringToObject(json, "function", spec_functions[row->function].name);
    cJSON_AddStringToObject(json, "strength", strength_names[row->strength]);
    cJSON_AddStringToObject(json, "outcome", report->done ? outcome_names[report->outcome] : "not-run");
    add_text(json, "return", report->returned);
    add_text(json, "result", report->result);
    add_text(json, "message", report->message);
    cJSON_AddNumberToObject(json, "milliseconds", report->milliseconds);
    if (report->latencies)
        cJSON_AddItemToObject(json, "latencies", cJSON_Duplicate(report->latencies, 1));
    if (row->page) {
        cJSON *source = cJSON_AddObjectToObject(json, "source");
        cJSON_AddStringToObject(source, "page", row->page);
        cJSON_AddStringToObject(source, "section", row->section);
        cJSON_AddNumberToObject(source, "row", row->row);
        if (row->line)
            cJSON_AddNumberToObject(source, "line", row->line);
        add_text(source, "sentence", row->sentence);
    }
    add_text(json, "rule", row->rule);
    return json;
}

static void add_fact(void *environment, const char *name, const char *value)
{
    cJSON_AddStringToObject(environment, name, value);
}

bool report_write_json(const struct run *run, const char *path)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", 1);
    cJSON_AddStringToObject(root, "target", run->target);
    cJSON_AddStringToObject(root, "spec", spec_digest);
    cJSON_AddBoolToObject(root, "strict", run->options->strict);
    cJSON_AddBoolToObject(root, "interrupted", run->interrupted);
    cJSON_AddNumberToObject(root, "seconds", run->seconds);
    host_describe(run->target, add_fact, cJSON_AddObjectToObject(root, "environment"));
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    for (unsigned i = 0; i < run->count; i++)
        cJSON_AddItemToArray(rows, row_json(&run->rows[i]));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    bool ok = program_write_file(path, text);
    if (!ok)
        fprintf(stderr, "hcs-conformance: %s can't be written\n", path);
    free(text);
    return ok;
}
