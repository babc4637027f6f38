/* hcs-mutate: the mutants of fixed operators, chosen at run time; conformance/operator-score calls it. Entry point: the
   table of its commands. */
#include "base/allocate.h"
#include "base/command/command_line.h"
#include "base/text/digest.h"
#include "base/files/files.h"
#include "platform/environment.h"
#include "score.h"
#include "table.h"
#include "wrap.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TREE_LIMIT = 512 << 20, FILE_LIMIT = 16 << 20 };

struct wrap_options {
    const char *tree, *table;
};

struct score_options {
    const char *table, *survivors, *programs, *rows, *reached, *verdicts;
    unsigned sample, jobs, seeds;
    bool unlisted;
};

static char *read_or_say(const char *path, size_t limit)
{
    size_t length;
    char *text = file_read(path, limit, &length);
    if (!text) {
        memory_check();
        fprintf(stderr, "hcs-mutate: %s can't be read\n", path);
    }
    return text;
}

static int write_or_say(const char *path, const char *text)
{
    const char *error = file_write(path, text);
    if (error)
        fprintf(stderr, "hcs-mutate: %s can't be written: %s\n", path, error);
    return error ? 2 : 0;
}

static unsigned line_count(const char *text)
{
    unsigned lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* Replaces the source by the wrapped source, and appends its sites to the table. */
static int write_wrapped(const struct wrap_options *options, const char *path, const char *source, const cJSON *tree)
{
    char *table = read_or_say(options->table, FILE_LIMIT);
    if (!table)
        return 2;
    unsigned first = line_count(table) + 1;
    struct sites sites = sites_find(tree, path, source);
    char *lines = table_lines(path, &sites, first), *wrapped = wrap_source(source, &sites, first);
    table = reallocate(table, strlen(table) + strlen(lines) + 1);
    strcat(table, lines);
    int code = write_or_say(path, wrapped);
    if (!code)
        code = write_or_say(options->table, table);
    free(table);
    free(lines);
    free(wrapped);
    sites_free(&sites);
    return code;
}

static int run_wrap(void *values, const struct command_words *words)
{
    const struct wrap_options *options = values;
    const char *path = words->list[0];
    char *source = read_or_say(path, FILE_LIMIT), *text = read_or_say(options->tree, TREE_LIMIT);
    cJSON *tree = source && text ? cJSON_Parse(text) : NULL;
    free(text);
    if (source && text && !tree)
        fprintf(stderr, "hcs-mutate: %s is no syntax tree\n", options->tree);
    int code = tree ? write_wrapped(options, path, source, tree) : 2;
    cJSON_Delete(tree);
    free(source);
    return code;
}

static bool is_below(const char *file, const struct command_words *folders)
{
    for (unsigned i = 0; i < folders->count; i++)
        if (!strncmp(file, folders->list[i], strlen(folders->list[i])))
            return true;
    return !folders->count;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* A sample is the mutants with the lowest digests, so it stays the same when other mutants change. */
static bool *choose(const struct table *table, const struct command_words *folders, unsigned sample)
{
    bool *wanted = allocate_zeros(table->count, sizeof *wanted);
    uint64_t *digests = allocate_zeros(table->count, sizeof *digests), last = UINT64_MAX;
    for (unsigned i = 0; i < table->count; i++)
        digests[i] = digest_text(table->list[i].key);
    qsort(digests, table->count, sizeof *digests, by_number);
    if (sample && sample < table->count)
        last = digests[sample - 1];
    for (unsigned i = 0; i < table->count; i++)
        wanted[i] = is_below(table->list[i].file, folders) && digest_text(table->list[i].key) <= last;
    free(digests);
    return wanted;
}

/* Those of which the list says nothing: what code that was written since the last score brings. */
static void leave_out_listed(struct table *table, bool *wanted)
{
    for (unsigned i = 0; i < table->count; i++)
        wanted[i] = wanted[i] && !table_reason(table, &table->list[i]);
}

struct tally {
    unsigned all, rows, explore;
};

static void count(struct tally *tally, const struct mutant *mutant)
{
    tally->all += mutant->verdict != MUTANT_NOT_RUN;
    tally->rows += mutant->verdict == MUTANT_CAUGHT_BY_ROWS;
    tally->explore += mutant->verdict == MUTANT_CAUGHT_BY_EXPLORE;
}

static void show_tally(const char *name, int length, const struct tally *tally)
{
    if (tally->all)
        printf("%-16.*s %5u mutants, rows alone %5u (%.1f %%), rows with explore %5u (%.1f %%)\n", length, name,
            tally->all, tally->rows, 100.0 * tally->rows / tally->all, tally->rows + tally->explore,
            100.0 * (tally->rows + tally->explore) / tally->all);
}

/* Of the path of its folder. */
static int folder_length(const char *file)
{
    const char *name = strrchr(file, '/');
    return name ? (int)(name - file) : 0;
}

/* Prints a line for each folder, whose mutants are adjacent in the table, and one for all. */
static void show_score(const struct table *table)
{
    struct tally all = {0}, folder = {0};
    for (unsigned i = 0; i < table->count; i++) {
        const char *file = table->list[i].file, *next = i + 1 < table->count ? table->list[i + 1].file : NULL;
        int length = folder_length(file);
        count(&all, &table->list[i]);
        count(&folder, &table->list[i]);
        if (!next || folder_length(next) != length || strncmp(file, next, (size_t)length) != 0) {
            show_tally(file, length, &folder);
            folder = (struct tally){0};
        }
    }
    show_tally("all", 3, &all);
}

/* Prints mutants that survived without a reason, and caught ones that have a reason. Returns their number, without
 * those of files whose survivors are not listed yet, unless all count. */
static int show_surprises(struct table *table, bool all)
{
    int surprises = 0, others = 0;
    for (unsigned i = 0; i < table->count; i++) {
        const struct mutant *mutant = &table->list[i];
        bool survived = mutant->verdict == MUTANT_SURVIVED, counts = all || mutant->listed || mutant->reason;
        const char *reason = survived ? table_reason(table, mutant) : mutant->reason;
        if (mutant->verdict == MUTANT_NOT_RUN || survived == (reason != NULL))
            continue;
        printf("%s: line %s%s, %s\n",
            !survived ? "is listed, and yet caught"
            : counts  ? "survives without a reason"
                      : "survives, in a file that is not listed yet",
            mutant->line, mutant->unreached ? ", which nothing reaches" : "", mutant->key);
        surprises += counts;
        others += !counts;
    }
    if (others)
        printf("%d survive in files that are not listed yet\n", others);
    return surprises;
}

/* Says which reasons for a kind have no survivor any more. Returns their number. */
static int show_unused_kinds(const struct table *table)
{
    int unused = 0;
    for (unsigned i = 0; i < table->kind_count; i++) {
        if (table->kinds[i].used)
            continue;
        printf("is listed, and none of it survives: %s\n", table->kinds[i].pattern);
        unused++;
    }
    return unused;
}

static int run_score(void *values, const struct command_words *words)
{
    const struct score_options *options = values;
    struct table table;
    if (!table_read(options->table, &table))
        return 2;
    int faults = table_read_survivors(options->survivors, &table);
    bool *wanted = choose(&table, words, options->sample);
    if (options->unlisted)
        leave_out_listed(&table, wanted);
    const struct score_plan plan = {.folder = options->programs,
        .rows = options->rows,
        .reached = options->reached,
        .verdicts = options->verdicts,
        .jobs = options->jobs ? options->jobs : processor_count(),
        .seeds = options->seeds};
    int code = faults < 0 ? 2 : score_run(&plan, &table, wanted);
    if (!code) {
        faults += show_surprises(&table, options->sample > 0);
        if (!options->sample && !words->count && !options->unlisted)
            faults += show_unused_kinds(&table);
        show_score(&table);
        code = faults ? 1 : 0;
    }
    free(wanted);
    table_free(&table);
    return code;
}

static const struct command_option wrap_options[] = {{.name = "tree",
                                                         .required = true,
                                                         .kind = OPTION_INPUT,
                                                         .argument = "FILE",
                                                         .place = offsetof(struct wrap_options, tree),
                                                         .help = "its syntax tree, as clang prints it as JSON"},
    {.name = "table",
        .required = true,
        .kind = OPTION_INPUT,
        .argument = "FILE",
        .place = offsetof(struct wrap_options, table),
        .help = "where its mutants are added"},
    {.name = NULL}};

static const struct command_word wrap_words[] = {{.name = "SOURCE", .minimum = 1, .maximum = 1}, {.name = NULL}};

static const struct command wrap_command = {.name = "wrap",
    .summary = "a source file with its mutants in it",
    .description = "Replaces the file by one in which each site of an operator asks whether it is the chosen mutant.",
    .options = wrap_options,
    .words = wrap_words,
    .examples = {"wrap --tree operation.json --table mutants.tsv impl/core/operation.c",
        "wrap --tree pump.json --table mutants.tsv impl/core/progress/pump.c"},
    .exit_codes = "Exit code: 0 done, 2 wrong use, or a file that can't be read or written.",
    .size = sizeof(struct wrap_options),
    .run = run_wrap};

static const struct command_option score_options[] = {{.name = "table",
                                                          .required = true,
                                                          .kind = OPTION_INPUT,
                                                          .argument = "FILE",
                                                          .place = offsetof(struct score_options, table),
                                                          .help = "the mutants of the build"},
    {.name = "survivors",
        .required = true,
        .kind = OPTION_INPUT,
        .argument = "FILE",
        .place = offsetof(struct score_options, survivors),
        .help = "those that are known to survive, with reasons"},
    {.name = "programs",
        .required = true,
        .kind = OPTION_FOLDER,
        .argument = "DIR",
        .place = offsetof(struct score_options, programs),
        .help = "hcs-conformance and hcs-sim of that build"},
    {.name = "rows",
        .required = true,
        .kind = OPTION_INPUT,
        .argument = "FILE",
        .place = offsetof(struct score_options, rows),
        .help = "what hcs-conformance run --dry-run prints"},
    {.name = "reached",
        .required = true,
        .kind = OPTION_OUTPUT,
        .argument = "FILE",
        .place = offsetof(struct score_options, reached),
        .help = "where they note which sites they reach"},
    {.name = "verdicts",
        .kind = OPTION_OUTPUT,
        .argument = "FILE",
        .place = offsetof(struct score_options, verdicts),
        .help = "of that build: verdicts are kept there, and those that it has are not sought again"},
    {.name = "sample",
        .kind = OPTION_NUMBER,
        .argument = "N",
        .place = offsetof(struct score_options, sample),
        .minimum = 1,
        .maximum = 1000000,
        .help = "only so many mutants, always the same ones"},
    {.name = "unlisted",
        .kind = OPTION_FLAG,
        .place = offsetof(struct score_options, unlisted),
        .help = "only mutants that are not listed, as after a change"},
    {.name = "jobs",
        .letter = 'j',
        .kind = OPTION_NUMBER,
        .argument = "N",
        .place = offsetof(struct score_options, jobs),
        .minimum = 1,
        .maximum = 256,
        .help = "processes at a time; without it as many as processors"},
    {.name = "seeds",
        .kind = OPTION_NUMBER,
        .argument = "N",
        .place = offsetof(struct score_options, seeds),
        .minimum = 1,
        .maximum = 1000000,
        .fallback = "2000",
        .help = "how many seeds explore tries"},
    {.name = NULL}};

static const struct command_word score_words[] = {{.name = "FOLDER", .maximum = ANY_NUMBER}, {.name = NULL}};

static const struct command score_command = {.name = "score",
    .summary = "who catches the mutants?",
    .description =
        "Runs the rows, those for the oldest build too, with each mutant, and hcs-sim explore with each that "
        "no row catches. A check that does not reach a mutant is not run with it.",
    .options = score_options,
    .words = score_words,
    .examples = {"score --table mutants.tsv --survivors survivors.txt --programs build/bin --rows rows.txt --reached "
                 "reached impl/core",
        "score --table mutants.tsv --survivors survivors.txt --programs build/bin --rows rows.txt --reached reached "
        "--sample 300"},
    .exit_codes =
        "Exit code: 0 what survives has a reason, 1 something has none, or has one and is caught, 2 wrong use,\n"
        "or there is no score.",
    .size = sizeof(struct score_options),
    .run = run_score};

static const struct command *const commands[] = {&wrap_command, &score_command, NULL};

static const struct tool hcs_mutate = {
    "hcs-mutate", "Mutants of fixed operators, chosen at run time; conformance/operator-score calls it.", commands};

int main(int argc, char **argv)
{
    allocate_json();
    return tool_main(&hcs_mutate, argc, argv);
}
