/* The rows of a run. Entry point: choice_make(). */
#include "choice.h"
#include "base/allocate.h"
#include "base/command/refuse.h"
#include "base/files/files.h"
#include "document/document.h"
#include "platform/file.h"
#include "result/journal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS_LIMIT = 1 << 20, ID_BYTES = 256 };

/* --- by options --- */

static bool was_bad(const struct result *before, const char *id)
{
    const struct result_row *row = result_find(before, id);
    return row && result_row_is_bad(row);
}

/* Reads the ids that --rows names. NULL after a message: it can't be read, or has an id of no row. The caller frees. */
static char *read_ids(const char *path)
{
    size_t length;
    char *ids = file_read(path, IDS_LIMIT, &length), id[ID_BYTES];
    if (!ids) {
        memory_check();
        fprintf(stderr, "hcs-conformance: %s: can't be read\n", path);
    }
    for (const char *line = ids; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        snprintf(id, sizeof id, "%.*s", (int)strcspn(line, "\r\n"), line);
        if (!*id || row_named(id))
            continue;
        fprintf(stderr, "hcs-conformance: %s: unknown row %s\n", path, id);
        free(ids);
        return NULL;
    }
    return ids;
}

static bool has_line(const char *text, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = text; (at = strstr(at, line)) != NULL; at += length)
        if ((at == text || at[-1] == '\n') && (!at[length] || strchr("\r\n", at[length])))
            return true;
    return false;
}

/* rerun: only the rows that were bad in that result; ids: only those that it names; NULL: all rows that the options
   choose. */
static void choose_rows(struct run *run, const struct result *rerun, const char *ids)
{
    unsigned position = 0;
    for (unsigned i = 0; i < spec_row_count; i++) {
        const struct spec_row *row = &spec_rows[i];
        if (!options_choose(run->options, row) || (rerun && !was_bad(rerun, row->id)) ||
            (ids && !has_line(ids, row->id)))
            continue;
        if (options_take_position(run->options, position))
            run->rows[run->count++].row = row;
        position++;
    }
}

/* --- by the run that is continued --- */

static bool is_given(const struct options *options)
{
    return options->filter || options->strengths || options->shard.of || options->mode != MODE_FULL || options->rows;
}

cJSON *choice_record(const struct run *run)
{
    cJSON *ids = cJSON_CreateArray();
    for (unsigned i = 0; i < run->count; i++)
        cJSON_AddItemToArray(ids, cJSON_CreateString(run->rows[i].row->id));
    return ids;
}

/* Is it a whole result? Else a partial one. */
static bool is_whole(const struct result *before)
{
    return cJSON_HasObjectItem(before->root, "interrupted");
}

/* The rows of an earlier run, of the same revision; a partial result names them, a whole one has them. false: not
   known, since an older version wrote the partial result. */
static bool choose_earlier(struct run *run, const struct result *before)
{
    const cJSON *ids = cJSON_GetObjectItemCaseSensitive(before->root, "chosen");
    const cJSON *next = ids ? ids->child : NULL; /* in the order of the rows */
    for (unsigned i = 0; i < spec_row_count; i++) {
        const struct spec_row *row = &spec_rows[i];
        bool named = next && !strcmp(next->valuestring, row->id);
        if (named)
            next = next->next;
        if (ids ? named : result_find(before, row->id) != NULL)
            run->rows[run->count++].row = row;
    }
    return ids ? !next : is_whole(before);
}

static bool are_same(const struct run *one, const struct run *other)
{
    bool same = one->count == other->count;
    for (unsigned i = 0; same && i < one->count; i++)
        same = one->rows[i].row == other->rows[i].row;
    return same;
}

/* Chooses the rows of the earlier run. Options that choose others are refused: false after a message. */
static bool choose_again(struct run *run, const struct result *before, const char *ids)
{
    struct run earlier = {.rows = allocate_zeros(spec_row_count, sizeof *earlier.rows)};
    bool known = choose_earlier(&earlier, before), good = true;
    if (is_given(run->options) || !known)
        choose_rows(run, NULL, ids);
    else {
        memcpy(run->rows, earlier.rows, earlier.count * sizeof *run->rows);
        run->count = earlier.count;
    }
    if (known && !are_same(run, &earlier))
        good = file_refuse(before->path,
            "is of another choice of rows: %u of them, here %u; it is taken over if none is given", earlier.count,
            run->count);
    free(earlier.rows);
    return good;
}

/* Takes over the rows that the earlier run has finished. */
static void take_over(struct run *run, const struct result *before)
{
    for (unsigned i = 0; i < run->count; i++) {
        struct row_report *report = &run->rows[i];
        const struct result_row *row = result_find(before, report->row->id);
        if (!row || row->outcome == OUTCOME_NOT_RUN)
            continue;
        report->done = true;
        report->outcome = row->outcome;
        report->bad = result_row_is_bad(row);
        report->json = cJSON_Duplicate(row->json, 1);
        run->finished++;
    }
}

static unsigned finished_rows(const struct result *before)
{
    unsigned count = 0;
    for (unsigned i = 0; i < before->count; i++)
        count += before->rows[i].outcome != OUTCOME_NOT_RUN;
    return count;
}

/* Can the run continue that result? false after a message. */
static bool fits_run(const struct run *run, const struct result *before)
{
    struct result own = {.target = run->target};
    const char *target = run->options->redact ? result_target_name(&own) : run->target;
    bool redacted = document_text(cJSON_GetObjectItemCaseSensitive(before->root, "environment"), "redacted") != NULL;
    if (redacted != run->options->redact)
        return file_refuse(before->path, "can only be continued %s --redact", redacted ? "with" : "without");
    if (strcmp(before->spec, spec_digest) != 0)
        return file_refuse(before->path, "is of another revision of the rows: %s, here %s", before->spec, spec_digest);
    return !strcmp(before->target, target) ||
           file_refuse(before->path, "is of another target: %s, here %s", before->target, target);
}

/* What the target lacks decides about outcomes, and --mode quick adds to it. false after a message. */
static bool take_lacking(struct options *options, const struct result *before)
{
    const char *was = document_text(cJSON_GetObjectItemCaseSensitive(before->root, "environment"), "without");
    if (!*options->without)
        options_take_without(options, was ? was : "");
    if (!strcmp(options->without, was ? was : ""))
        return true;
    return was ? file_refuse(before->path, "can only be continued with --without \"%s\"", was)
               : file_refuse(before->path, "can only be continued without --without");
}

/* The result says of all rows how they were judged, and how often they ran. false after a message. */
static bool take_judgement(struct options *options, const struct result *before)
{
    bool strict = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(before->root, "strict"));
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(before->root, "repeat");
    unsigned repeat = number ? (unsigned)number->valuedouble : 1;
    if (!options->strict && !options->loose) {
        options->strict = strict;
        options->loose = !strict;
    }
    if (!options->repeat)
        options->repeat = repeat;
    if (options->strict != strict)
        return file_refuse(before->path, "can only be continued with --%s", strict ? "strict" : "loose");
    return options->repeat == repeat || file_refuse(before->path, "can only be continued with --repeat %u", repeat);
}

/* Rows have the systems that they made only if they shared them. */
static void take_systems(struct options *options, const struct result *before)
{
    bool shared = false;
    for (unsigned i = 0; i < before->count; i++)
        shared |= cJSON_HasObjectItem(before->rows[i].json, "creates");
    if (options->systems == SYSTEMS_CHOSEN && finished_rows(before))
        options->systems = shared ? SYSTEMS_SHARED : SYSTEMS_OWN;
}

static bool continue_result(struct run *run, struct options *options, const struct result *before, const char *ids)
{
    if (!fits_run(run, before) || !choose_again(run, before, ids) || !take_lacking(options, before) ||
        !take_judgement(options, before))
        return false;
    take_systems(options, before);
    take_over(run, before);
    if (run->finished < finished_rows(before))
        return file_refuse(before->path, "has %u finished rows, only %u of them are in the choice given",
            finished_rows(before), run->finished);
    if (run->finished < run->count)
        printf("%u of %u rows are done already\n", run->finished, run->count);
    else
        printf("all %u rows are done already\n", run->count);
    bool complete = is_whole(before) && !before->interrupted && run->finished == run->count;
    if (complete && file_is_same(options->json, options->resume))
        options->json = NULL; /* it stays as it is */
    return true;
}

/* --- all --- */

static int choose_to_continue(struct run *run, struct options *options, const char *ids)
{
    struct result before;
    if (!journal_read(options->resume, &before))
        return 2;
    bool good = continue_result(run, options, &before, ids);
    result_free(&before);
    return good ? -1 : 2;
}

static int choose_anew(struct run *run, const struct options *options, const char *ids)
{
    struct result before = {.path = NULL};
    if (options->rerun && !result_read(options->rerun, &before))
        return 2;
    choose_rows(run, options->rerun ? &before : NULL, ids);
    result_free(&before);
    if (run->count)
        return -1;
    fprintf(stderr,
        options->rerun ? "hcs-conformance: no row was bad in %s\n"
                       : "hcs-conformance: no row fits; hcs-conformance list shows them all\n",
        options->rerun ? options->rerun : "");
    bool wanted = options->json || formats_wanted(&options->formats); /* files of no row, for what reads them later */
    return !options->rerun ? 2 : wanted ? -1 : 0;
}

int choice_make(struct run *run, struct options *options)
{
    char *ids = options->rows ? read_ids(options->rows) : NULL;
    if (options->rows && !ids)
        return 2;
    run->rows = allocate_zeros(spec_row_count, sizeof *run->rows);
    int code = options->resume ? choose_to_continue(run, options, ids) : choose_anew(run, options, ids);
    free(ids);
    return code;
}
