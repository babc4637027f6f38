/* The command history of a build without SQLite. Entry point: history_ask(). */
#include "history.h"
#include <stdio.h>

static const char what[] =
    "hcs-conformance: history: this build has no database; take the result files to one that was "
    "built with SQLite\n";

int history_ask(enum history_question question, const struct history_filter *wanted, const struct command_words *words)
{
    (void)question, (void)wanted, (void)words;
    fputs(what, stderr);
    return 2;
}

cJSON *history_trend(const char *database)
{
    (void)database;
    fputs(what, stderr);
    return NULL;
}
