/* The tables of the history commands, in builds with and without a database. */
#include "history_commands.h"
#include "history.h"

static int add(void *values, const struct command_words *words)
{
    return history_ask(HISTORY_ADD, values, words);
}

static int list(void *values, const struct command_words *words)
{
    return history_ask(HISTORY_LIST, values, words);
}

static int grid(void *values, const struct command_words *words)
{
    return history_ask(HISTORY_GRID, values, words);
}

static int row(void *values, const struct command_words *words)
{
    return history_ask(HISTORY_ROW, values, words);
}

static int query(void *values, const struct command_words *words)
{
    return history_ask(HISTORY_QUERY, values, words);
}

static int flaky(void *values, const struct command_words *words)
{
    return history_ask(HISTORY_FLAKY, values, words);
}

static int export(void *values, const struct command_words *words)
{
    return history_ask(HISTORY_EXPORT, values, words);
}

static const struct command_option runs[] = {{.name = "target",
                                                 .kind = OPTION_TEXT,
                                                 .argument = "PATTERN",
                                                 .place = offsetof(struct history_filter, target),
                                                 .help = "only runs of targets that match, such as computecore.dll"},
    {.name = "build",
        .kind = OPTION_TEXT,
        .argument = "N",
        .place = offsetof(struct history_filter, builds),
        .help = "only runs on that Windows build, or on the builds N-M"},
    {.name = "last",
        .kind = OPTION_NUMBER,
        .argument = "N",
        .place = offsetof(struct history_filter, last),
        .minimum = 1,
        .maximum = 1000000000,
        .help = "only the newest N runs"},
    {.name = NULL}};

#define DATABASE                                                                                                       \
    {                                                                                                                  \
        .name = "DB", .minimum = 1, .maximum = 1, .kind = WORD_INPUT                                                   \
    }
#define EXIT_CODES "Exit code: 0, 1 if nothing was found, 2 wrong use or a database that can't be used."

static const struct command_word database[] = {DATABASE, {.name = NULL}};
static const struct command_word results[] = {
    DATABASE, {.name = "RUN.json", .minimum = 1, .maximum = ANY_NUMBER}, {.name = NULL}};
static const struct command_word id[] = {DATABASE, {.name = "ID", .minimum = 1, .maximum = 1}, {.name = NULL}};
static const struct command_word question[] = {DATABASE, {.name = "QUERY", .minimum = 1, .maximum = 1}, {.name = NULL}};
static const struct command_word run_and_file[] = {DATABASE, {.name = "RUN", .minimum = 1, .maximum = 1},
    {.name = "FILE", .minimum = 1, .maximum = 1, .kind = WORD_OUTPUT}, {.name = NULL}};

const struct command history_add_command = {.name = "history add",
    .summary = "add results to a database",
    .description = "Adds results; results already there are skipped. The database is created if needed.",
    .words = results,
    .examples = {"history add results.db run.json", "history add results.db nightly/*.json"},
    .exit_codes = "Exit code: 0, or 2 for wrong use, a file that is not a result or a database that can't be used.",
    .size = sizeof(struct history_filter),
    .run = add};

const struct command history_list_command = {.name = "history list",
    .summary = "show the runs of a database",
    .description = "Shows the runs, the oldest first.",
    .options = runs,
    .words = database,
    .examples = {"history list results.db", "history list results.db --last 10"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct history_filter),
    .run = list};

const struct command history_grid_command = {.name = "history grid",
    .summary = "show the number of bad rows by target, build and time",
    .description =
        "Shows how many rows were bad: a line for each target and build, a column for each of the newest runs.",
    .options = runs,
    .words = database,
    .examples = {"history grid results.db", "history grid results.db --target computecore.dll"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct history_filter),
    .run = grid};

const struct command history_row_command = {.name = "history row",
    .summary = "show the outcomes of a row, by time and build",
    .description = "Shows the outcome of a row in each run.",
    .options = runs,
    .words = id,
    .examples = {"history row results.db HcsModifyProcess.parameter.process.null",
        "history row results.db HcsOpenProcess.live-process --last 9"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct history_filter),
    .run = row};

const struct command history_query_command = {.name = "history query",
    .summary = "find rows by their outcomes over time",
    .description =
        "seq(pass fail) finds rows that passed and failed in the next run; any(…), all(…), first(…), last(…) take "
        "outcomes, too: pass fail drift recorded skip not-implemented crash timeout flaky, bad, good, or * for any; "
        "row(PATTERN) and function(NAME) choose rows; and, or, not and parentheses join them.",
    .options = runs,
    .words = question,
    .examples = {"history query results.db 'seq(pass bad) and last(bad)'",
        "history query results.db 'row(Hcs*Process.*) and any(flaky)'"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct history_filter),
    .run = query};

const struct command history_flaky_command = {.name = "history flaky",
    .summary = "show the rows that are sometimes bad on one target and build",
    .description = "Shows the rows whose outcomes alternate between good and bad on one target and build.",
    .options = runs,
    .words = database,
    .examples = {"history flaky results.db", "history flaky results.db --last 30"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct history_filter),
    .run = flaky};

const struct command history_export_command = {.name = "history export",
    .summary = "write the result of a run to a file",
    .description = "Writes the result of the run with that number to a file, as it was added.",
    .words = run_and_file,
    .examples = {"history export results.db 12 run-12.json", "history export results.db 1 first.json"},
    .exit_codes = EXIT_CODES,
    .size = sizeof(struct history_filter),
    .run = export};
