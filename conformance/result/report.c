/* Results in other formats. Entry point: report_main(). */
#include "runner/arguments.h"
#include "formats.h"
#include "history/history.h"
#include "html.h"
#include "report.h"
#include <stdlib.h>

static const char usage[] =
    "usage: hcs-conformance report [OPTION…] RUN.json…\n"
    "\n"
    "  --html FILE      one page that needs no network: rows with what came, filters, matrices; of several results it "
    "compares\n"
    "                   the first with each of the others\n"
    "  --history DB     with --html: the trend over the runs of a database; see hcs-conformance history --help\n"
    "  --junit FILE     JUnit XML; like all that follow, of one result\n"
    "  --tap FILE       TAP 14\n"
    "  --ctrf FILE      CTRF JSON\n"
    "  --markdown FILE  for the summary of a CI job\n"
    "\n"
    "Exit code: 0, or 2 for wrong use and for files that can't be read or written.\n";

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

int report_main(int argc, char **argv)
{
    static struct words words;
    static struct result results[MAX_FILES];
    struct formats formats = {.html = NULL};
    const char *html = NULL, *database = NULL;
    const struct argument options[] = {{"--html", ARGUMENT_TEXT, &html}, {"--history", ARGUMENT_TEXT, &database},
        {"--junit", ARGUMENT_TEXT, &formats.junit}, {"--tap", ARGUMENT_TEXT, &formats.tap},
        {"--ctrf", ARGUMENT_TEXT, &formats.ctrf}, {"--markdown", ARGUMENT_TEXT, &formats.markdown},
        {NULL, ARGUMENT_FLAG, NULL}};
    int code = arguments_read("report", usage, options, argc, argv, &words);
    if (code >= 0)
        return code;
    if (!words.count)
        return arguments_wrong("report", "no result given", "");
    if (!html && !formats_wanted(&formats))
        return arguments_wrong("report", "no format given, such as --html FILE", "");
    if (words.count > 1 && formats_wanted(&formats))
        return arguments_wrong("report", "of several results there is only --html", "");
    bool good = true;
    unsigned count = 0;
    while (good && count < words.count)
        good = result_read(words.list[count], &results[count]), count += good;
    good = good && formats_write(&results[0], &formats);
    if (good && html)
        good = write_page(html, results, count, database);
    for (unsigned i = 0; i < count; i++)
        result_free(&results[i]);
    return good ? 0 : 2;
}
