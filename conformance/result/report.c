/* Results in other formats. Entry point: the table of the command report. */
#include "base/allocate.h"
#include "formats.h"
#include "history/history.h"
#include "html.h"
#include "report.h"
#include <stdlib.h>

struct wanted {
    struct formats formats; /* formats.html is an option of run only, the page of one result */
    const char *html, *database;
};

static bool write_page(const char *path, const struct result *results, unsigned count, const char *database)
{
    struct html_page page = {.results = results, .count = count};
    cJSON *history = NULL;
    if (database && !(history = history_trend(database)))
        return false;
    page.history = history;
    bool written = text_write(path, html_page(&page));
    cJSON_Delete(history);
    return written;
}

static int run(void *values, const struct command_words *words)
{
    const struct wanted *wanted = values;
    if (!wanted->html && !formats_wanted(&wanted->formats))
        return command_wrong("no format given, such as --html FILE");
    if (words->count > 1 && formats_wanted(&wanted->formats))
        return command_wrong("of several results there is only --html");
    if (wanted->database && !wanted->html)
        return command_wrong("--history belongs to --html");
    struct result *results = allocate_zeros(words->count, sizeof *results);
    bool good = true;
    unsigned count = 0;
    while (good && count < words->count)
        good = result_read(words->list[count], &results[count]), count += good;
    good = good && formats_write(&results[0], &wanted->formats);
    if (good && wanted->html)
        good = write_page(wanted->html, results, count, wanted->database);
    for (unsigned i = 0; i < count; i++)
        result_free(&results[i]);
    free(results);
    return good ? 0 : 2;
}

/* --- the command --- */

#define FORMAT(long_name, member, text)                                                                                \
    {                                                                                                                  \
        .name = (long_name), .kind = OPTION_OUTPUT, .argument = "FILE", .place = offsetof(struct wanted, member),      \
        .help = (text)                                                                                                 \
    }

static const struct command_option options[] = {
    FORMAT("html", html, "one page that needs no network; of several results it compares the first with the others"),
    {.name = "history",
        .kind = OPTION_INPUT,
        .argument = "DB",
        .place = offsetof(struct wanted, database),
        .help = "with --html: the trend over the runs of a database"},
    FORMAT("junit", formats.junit, "JUnit XML; this and the other formats are for one result"),
    FORMAT("tap", formats.tap, "TAP 14"), FORMAT("ctrf", formats.ctrf, "CTRF JSON"),
    FORMAT("markdown", formats.markdown, "for the summary of a CI job"), {.name = NULL}};

static const struct command_word words_taken[] = {
    {.name = "RUN.json", .minimum = 1, .maximum = ANY_NUMBER, .kind = WORD_INPUT}, {.name = NULL}};

const struct command report_command = {.name = "report",
    .summary = "write results as a page, JUnit, TAP, CTRF or Markdown",
    .description = "Writes results in other formats.",
    .options = options,
    .words = words_taken,
    .examples = {"report new.json old.json --html page.html", "report run.json --junit run.xml --markdown summary.md"},
    .exit_codes = "Exit code: 0, or 2 for wrong use and for files that can't be read or written.",
    .size = sizeof(struct wanted),
    .run = run};
