/* Role: results over time: the command history, and the trend that pages show. */
#ifndef CONFORMANCE_HISTORY_H
#define CONFORMANCE_HISTORY_H

#include "base/command/command_line.h"
#include <cjson/cJSON.h>

/* The options of its commands. */
struct history_filter {
    const char *target, *builds; /* NULL: any */
    unsigned last;               /* 0: all */
};

enum history_question {
    HISTORY_ADD,
    HISTORY_LIST,
    HISTORY_GRID,
    HISTORY_ROW,
    HISTORY_QUERY,
    HISTORY_FLAKY,
    HISTORY_EXPORT
};

/* The words are a database and the arguments of the question. Returns the exit code: 0; 1: a query found nothing; 2:
   wrong use, or the database can't be used. */
int history_ask(enum history_question question, const struct history_filter *wanted, const struct command_words *words);
/* The newest runs of a database: { "runs": [ { "number", "started", "target", "build", "bad", "pass", "silent" } ],
   "rows": { ID: "a letter for each run" } }. NULL after one line on standard error. */
cJSON *history_trend(const char *database);

#endif
