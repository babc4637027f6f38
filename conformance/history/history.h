/* Role: results over time: the command history, and the trend that pages show. */
#ifndef CONFORMANCE_HISTORY_H
#define CONFORMANCE_HISTORY_H

#include <cjson/cJSON.h>

/* Returns the exit code: 0, 1 where a query found nothing, 2 wrong use or a database that can't be used. */
int history_main(int argc, char **argv);
/* The newest runs of a database: { "runs": [ { "number", "started", "target", "build", "bad", "pass", "silent" } ],
   "rows": { ID: "a letter for each run" } }. NULL after one line on standard error. */
cJSON *history_trend(const char *database);

#endif
