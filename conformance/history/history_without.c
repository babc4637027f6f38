/* The command history of a build without SQLite. Entry point: history_main(). */
#include "history.h"
#include <stdio.h>

static const char what[] =
    "hcs-conformance: history: this build has no database; take the result files to one that was "
    "built with SQLite\n";

int history_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    fputs(what, stderr);
    return 2;
}

cJSON *history_trend(const char *database)
{
    (void)database;
    fputs(what, stderr);
    return NULL;
}
