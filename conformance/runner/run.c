/* A run: chooses the rows, runs them, reports the results. Entry point: run_main(). */
#include "run.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "workers.h"
#include "document/document.h"
#include "host.h"
#include "result/journal.h"
#include "look.h"
#include "platform/signal.h"
#include "row/target/profile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS_LIMIT = 1 << 20, ID_BYTES = 256 };

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
    run->rows = allocate_zeros(spec_row_count, sizeof *run->rows);
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

/* Takes over the rows that an earlier run has finished. */
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

/* Can the run continue that result? false after a message. */
static bool fits_run(const struct run *run, const struct result *before)
{
    struct result own = {.target = run->target};
    const char *target = run->options->redact ? result_target_name(&own) : run->target;
    bool redacted = document_text(cJSON_GetObjectItemCaseSensitive(before->root, "environment"), "redacted") != NULL;
    bool same_rows = !strcmp(before->spec, spec_digest);
    if (redacted != run->options->redact)
        fprintf(stderr, "hcs-conformance: %s: can only be continued %s --redact\n", before->path,
            redacted ? "with" : "without");
    else if (!same_rows || strcmp(before->target, target) != 0)
        fprintf(stderr, "hcs-conformance: %s: is of another %s: %s, here %s\n", before->path,
            same_rows ? "target" : "revision of the rows", same_rows ? before->target : before->spec,
            same_rows ? target : spec_digest);
    else
        return true;
    return false;
}

/* Reads the result that this run builds on, if any, and chooses the rows. Negative: success; else the exit code after a
   message. */
static int take_before(struct run *run)
{
    const struct options *options = run->options;
    struct result before = {.path = NULL};
    char *ids = options->rows ? read_ids(options->rows) : NULL;
    if ((options->rows && !ids) || (options->rerun && !result_read(options->rerun, &before))) {
        free(ids);
        return 2;
    }
    choose_rows(run, options->rerun ? &before : NULL, ids);
    free(ids);
    result_free(&before);
    if (!run->count) {
        fprintf(stderr,
            options->rerun ? "hcs-conformance: no row was bad in %s\n"
                           : "hcs-conformance: no row fits; hcs-conformance list shows them all\n",
            options->rerun ? options->rerun : "");
        return options->rerun ? 0 : 2;
    }
    if (!options->resume)
        return -1;
    if (!journal_read(options->resume, &before))
        return 2;
    if (!fits_run(run, &before)) {
        result_free(&before);
        return 2;
    }
    take_over(run, &before);
    result_free(&before);
    printf("%u of %u rows are done already\n", run->finished, run->count);
    return -1;
}

static int exit_code(const struct run *run, int bad_ends)
{
    if (signal_exit_code())
        return signal_exit_code();
    for (unsigned i = 0; i < run->count; i++)
        if (run->rows[i].done && run->rows[i].bad)
            return 1;
    return bad_ends != 0;
}

static unsigned needing(const struct run *run, const char *capability)
{
    unsigned count = 0;
    for (unsigned i = 0; i < run->count; i++)
        count += strstr(run->rows[i].row->needs, capability) != NULL;
    return count;
}

static int dry_run(const struct run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        printf("%s%s\n", run->rows[i].row->id, run->rows[i].row->hazard ? " (in a process of its own)" : "");
    bool vm = strstr(run->options->without, "container") != NULL; /* then any system is a virtual machine */
    printf("%u rows would run against %s\n", run->count, run->target);
    printf(
        "%u of them would create containers, %u virtual machines; ids begin with hcs-conformance-, the owner is %s\n",
        needing(run, "container") + (vm ? 0 : needing(run, "system")),
        needing(run, "virtual-machine") + (vm ? needing(run, "system") : 0), suite_owner);
    return 0;
}

/* Runs the remaining rows, and reports the results of all. Returns the exit code. */
static int carry_out(struct run *run)
{
    if (!run_begin_result(run))
        return 2;
    uint64_t start = platform_time();
    int bad_ends = workers_run(run);
    run->seconds = (double)(platform_time() - start) / 1e9;
    run->interrupted = signal_exit_code() != 0;
    if (run->options->foreign)
        host_cleanup_after_run(run->options); /* rows clean up after themselves; this is for interrupted ones */
    bool written = run_write_result(run);
    run_show_summary(run);
    return written && bad_ends >= 0 ? exit_code(run, bad_ends) : 2;
}

int run_main(const struct options *given)
{
    static struct target target;
    struct options options = *given;
    struct run run = {.options = &options};
    char error[512];
    /* Only the workers load the target; here its path is looked up, so that a crash in it can't end the run. */
    if (!target_find(&target, options.target, error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    snprintf(run.target, sizeof run.target, "%s", target.path);
    int code = take_before(&run);
    if (code < 0 && options.dry_run)
        code = dry_run(&run);
    else if (code < 0 && (!look_at_target(&options) || (options.foreign && !host_is_fit(&options))))
        code = signal_exit_code() ? signal_exit_code() : 2;
    else if (code < 0)
        code = carry_out(&run);
    run_free_result(&run);
    return code;
}
