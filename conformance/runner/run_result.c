/* The files that a run writes. Entry points: run_finish_row(), run_write_result(). */
#include "document/document.h"
#include "result/checksum.h"
#include "result/formats.h"
#include "result/redact.h"
#include "result/journal.h"
#include "base/text/digest.h"
#include "choice.h"
#include "platform/host.h"
#include "run.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- the head --- */

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text && *text)
        cJSON_AddStringToObject(object, name, text);
}

static void add_fact(void *environment, const char *name, const char *value)
{
    cJSON_AddStringToObject(environment, name, value);
}

/* Identifies the library by its content, whatever its name. */
static void add_library_digest(cJSON *environment, const char *path)
{
    char text[17];
    unsigned char block[65536];
    uint64_t digest = DIGEST_START;
    FILE *file = fopen(path, "rb");
    if (!file)
        return; /* not a path: the loader searches for the name */
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        digest = digest_bytes(digest, block, got);
    fclose(file);
    snprintf(text, sizeof text, "%016" PRIx64, digest);
    cJSON_AddStringToObject(environment, "library digest", text);
}

static void add_time(cJSON *head)
{
    char text[32];
    time_t now = time(NULL);
    const struct tm *utc = gmtime(&now); // NOLINT(concurrency-mt-unsafe): no other caller; Windows has no gmtime_r
    if (utc && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", utc))
        cJSON_AddStringToObject(head, "started", text);
}

static unsigned number_of(const cJSON *object, const char *name)
{
    const char *text = document_text(object, name);
    return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

/* The target's Windows build: the one given, else this machine's for a foreign target, else the newest one. */
static void take_build(struct run *run, const cJSON *environment)
{
    const struct options *options = run->options;
    if (options->os_build)
        run->build = options->os_build;
    else if (options->foreign) {
        run->build = number_of(environment, "build");
        run->revision = number_of(environment, "update revision");
    } else
        run->build = spec_hosts[spec_host_count - 1].build;
}

/* The file's name without its folder. */
static const char *name_of_file(const char *path)
{
    struct result named = {.target = path};
    return *path ? result_target_name(&named) : path;
}

static void begin_redaction(struct run *run, cJSON *head)
{
    const struct options *options = run->options;
    const char *const files[] = {run->target, options->profile, options->scenario, options->expect, options->daemon};
    run->redaction = redaction_make();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        redaction_add_file(run->redaction, files[i]);
    cJSON *environment = cJSON_GetObjectItemCaseSensitive(head, "environment");
    redaction_apply(run->redaction, environment);
    redaction_apply(run->redaction, cJSON_GetObjectItemCaseSensitive(head, "target"));
    cJSON_AddStringToObject(environment, "redacted", "yes");
}

static const char *engine_name(const struct options *options)
{
    const char *named = getenv("COMPUTECORE_ENGINE");
    return options->engine == ENGINE_HOST ? "host" : *options->daemon ? "computecored" : named ? named : "sim";
}

static cJSON *make_head(struct run *run)
{
    const struct options *options = run->options;
    cJSON *head = cJSON_CreateObject();
    cJSON_AddNumberToObject(head, "version", RESULT_VERSION);
    cJSON_AddStringToObject(head, "tool", "hcs-conformance " HCS_VERSION);
    cJSON_AddStringToObject(head, "target", options->redact ? name_of_file(run->target) : run->target);
    cJSON_AddStringToObject(head, "spec", spec_digest);
    add_time(head);
    cJSON_AddBoolToObject(head, "strict", options->strict);
    cJSON_AddNumberToObject(head, "repeat", options->repeat ? options->repeat : 1);
    cJSON *environment = cJSON_CreateObject();
    host_describe(run->target, add_fact, environment);
    add_library_digest(environment, run->target);
    if (!options->foreign) {
        cJSON_DeleteItemFromObjectCaseSensitive(environment, "library version");
        cJSON_AddStringToObject(environment, "library version", HCS_VERSION); /* of the same build */
        cJSON_AddStringToObject(environment, "engine", engine_name(options));
    }
    add_text(environment, "scenario", getenv("COMPUTECORE_SCENARIO"));
    add_text(environment, "seed", getenv("COMPUTECORE_SEED"));
    add_text(environment, "without", options->without);
    add_text(environment, "profile", options->redact ? name_of_file(options->profile) : options->profile);
    take_build(run, environment);
    if (run->build)
        cJSON_AddNumberToObject(head, "build", run->build);
    if (run->revision)
        cJSON_AddNumberToObject(head, "revision", run->revision);
    cJSON_AddItemToObject(head, "environment", environment);
    return head;
}

bool run_begin_result(struct run *run)
{
    const struct options *options = run->options;
    if (options->expect && !expectations_read(options->expect, &run->expectations))
        return false;
    run->head = make_head(run);
    if (options->redact)
        begin_redaction(run, run->head);
    if (!options->json)
        return true;
    bool begun, go_on = options->resume && journal_is_same(options->json, options->resume);
    cJSON *head = cJSON_Duplicate(run->head, 1);
    cJSON_AddItemToObject(head, "chosen", choice_record(run));
    run->journal = journal_open(options->json, head, go_on, &begun);
    cJSON_Delete(head);
    for (unsigned i = 0; i < run->count && run->journal && begun; i++)
        if (run->rows[i].done) /* by the run that is resumed */
            journal_row(run->journal, run->rows[i].json);
    return run->journal != NULL;
}

/* --- a row --- */

/* A row that tests a sentence which its rule cites has no section. */
static void add_source(cJSON *json, const struct spec_row *row)
{
    if (row->page || row->line) {
        cJSON *source = cJSON_AddObjectToObject(json, "source");
        cJSON_AddStringToObject(source, "page", row->page ? row->page : row->cites);
        if (row->page) {
            cJSON_AddStringToObject(source, "section", row->section);
            cJSON_AddNumberToObject(source, "row", row->row);
        }
        if (row->line)
            cJSON_AddNumberToObject(source, "line", row->line);
        add_text(source, "sentence", row->sentence);
    }
    add_text(json, "rule", row->rule);
    cJSON_AddStringToObject(json, "origin", row->origin);
}

/* A digest of the row's steps, without its id: it identifies a row that was renamed. */
static void add_digest(cJSON *json, const struct spec_row *row)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, digest_text(row->steps));
    cJSON_AddStringToObject(json, "digest", text);
}

static void add_runs(cJSON *json, const struct row_report *report)
{
    if (report->retries)
        cJSON_AddNumberToObject(json, "retries", report->retries);
    if (report->runs < 2)
        return;
    cJSON *tally = cJSON_AddObjectToObject(json, "runs");
    for (int i = 0; i < OUTCOMES; i++)
        if (report->tally[i])
            cJSON_AddNumberToObject(tally, outcome_names[i], report->tally[i]);
    cJSON_AddItemToObject(json, "samples", cJSON_CreateDoubleArray(report->samples, (int)report->runs));
}

static void take_evidence(cJSON *json, cJSON *answer)
{
    cJSON *evidence = cJSON_GetObjectItemCaseSensitive(answer, "evidence");
    while (evidence && evidence->child) {
        char name[32];
        snprintf(name, sizeof name, "%s", evidence->child->string);
        cJSON_AddItemToObject(json, name, cJSON_DetachItemViaPointer(evidence, evidence->child));
    }
}

static bool add_expectation(cJSON *json, const struct run *run, const struct row_report *report)
{
    struct result name = {.target = run->target};
    unsigned bad = 0;
    const struct expectation *expectation = run->options->expect
                                                ? expectations_find(&run->expectations, report->row->id,
                                                      result_target_name(&name), run->build, run->revision)
                                                : NULL;
    if (!expectation)
        return outcome_is_bad(report->outcome);
    for (int i = 0; i < OUTCOMES; i++)
        bad += i != OUTCOME_PASS && i != OUTCOME_RECORDED ? report->tally[i] : 0;
    bool met = expectation_met(expectation, report->outcome, bad, report->runs);
    char outcomes[160];
    expectation_describe(expectation, outcomes, sizeof outcomes);
    cJSON *member = cJSON_AddObjectToObject(json, "expectation");
    cJSON_AddStringToObject(member, "outcome", outcomes);
    cJSON_AddStringToObject(member, "reason", expectation->reason);
    add_text(member, "link", expectation->link);
    cJSON_AddBoolToObject(member, "met", met);
    return !met && report->outcome != OUTCOME_SKIP;
}

static void add_answer(cJSON *json, const struct row_report *report)
{
    static const char *const members[] = {"return", "result"};
    for (int i = 0; i < 2; i++)
        add_text(json, members[i], document_text(report->answer, members[i]));
    add_text(json, "message", report->message);
    add_text(json, "output", report->output);
}

static double mean_of(const struct row_report *report)
{
    double sum = 0;
    for (unsigned i = 0; i < report->runs; i++)
        sum += report->samples[i];
    return report->runs ? sum / report->runs : 0;
}

void run_finish_row(const struct run *run, struct row_report *report)
{
    const struct spec_row *row = report->row;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", row->id);
    cJSON_AddStringToObject(json, "function", spec_functions[row->function].name);
    cJSON_AddStringToObject(json, "strength", strength_names[row->strength]);
    cJSON_AddStringToObject(json, "outcome", outcome_names[report->outcome]);
    add_answer(json, report);
    cJSON_AddNumberToObject(json, "milliseconds", mean_of(report));
    add_runs(json, report);
    report->bad = add_expectation(json, run, report);
    take_evidence(json, report->answer);
    add_source(json, row);
    add_digest(json, row);
    cJSON_Delete(report->answer);
    report->answer = NULL;
    redaction_apply(run->redaction, json);
    report->json = json;
    journal_row(run->journal, json);
}

/* --- the end --- */

/* The JSON of a row that the run did not reach. */
static cJSON *not_run(const struct spec_row *row)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", row->id);
    cJSON_AddStringToObject(json, "function", spec_functions[row->function].name);
    cJSON_AddStringToObject(json, "strength", strength_names[row->strength]);
    cJSON_AddStringToObject(json, "outcome", outcome_names[OUTCOME_NOT_RUN]);
    cJSON_AddNumberToObject(json, "milliseconds", 0);
    add_source(json, row);
    add_digest(json, row);
    return json;
}

static void add_real_time(cJSON *root, const struct run *run)
{
    unsigned count;
    const struct row_report **slow = run_slow_rows(run, &count);
    cJSON_AddNumberToObject(root, "waited", run_waited(run));
    cJSON *list = count ? cJSON_AddArrayToObject(root, "slow") : NULL;
    for (unsigned i = 0; i < count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(slow[i]->row->id));
    free(slow);
}

static bool write_formats(const struct options *options, const cJSON *root)
{
    struct result result;
    if (!result_take(cJSON_Duplicate(root, 1), "the result", &result))
        return false;
    bool good = formats_write(&result, &options->formats);
    result_free(&result);
    return good;
}

bool run_write_result(struct run *run)
{
    const struct options *options = run->options;
    bool formats = formats_wanted(&options->formats);
    if (!options->json && !formats)
        return true;
    cJSON *root = cJSON_Duplicate(run->head, 1);
    cJSON_AddBoolToObject(root, "interrupted", run->interrupted);
    cJSON_AddNumberToObject(root, "seconds", run->seconds);
    add_real_time(root, run);
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    for (unsigned i = 0; i < run->count; i++)
        cJSON_AddItemToArray(
            rows, run->rows[i].done ? cJSON_Duplicate(run->rows[i].json, 1) : not_run(run->rows[i].row));
    checksum_add(root);
    bool written = !options->json || journal_write_result(run->journal, cJSON_Print(root));
    if (formats)
        written &= write_formats(options, root);
    cJSON_Delete(root);
    journal_close(run->journal, !written);
    run->journal = NULL;
    return written;
}

void run_free_result(struct run *run)
{
    for (unsigned i = 0; i < run->count; i++) {
        free(run->rows[i].message);
        free(run->rows[i].output);
        free(run->rows[i].samples);
        cJSON_Delete(run->rows[i].answer);
        cJSON_Delete(run->rows[i].json);
    }
    free(run->rows);
    cJSON_Delete(run->head);
    expectations_free(&run->expectations);
    journal_close(run->journal, true);
    redaction_free(run->redaction);
}
