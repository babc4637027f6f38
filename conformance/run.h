/* Role: runs the chosen rows in worker processes and keeps what came of each. */
#ifndef CONFORMANCE_RUN_H
#define CONFORMANCE_RUN_H

#include "options.h"
#include <cjson/cJSON.h>
#include "row.h"

struct row_report {
    const struct spec_row *row;
    bool done;
    enum outcome outcome;
    char *message, *returned, *result; /* NULL: none */
    double milliseconds;
    cJSON *latencies; /* NULL: none */
};

struct run {
    const struct options *options;
    char target[4096];
    struct row_report *rows;
    unsigned count, finished;
    double seconds;
    bool interrupted;
};

/* The command run. Returns the exit code. */
int run_main(const struct options *options);

/* report.c */
void report_progress(const struct run *run, const struct row_report *row);
void report_summary(const struct run *run);
/* Whole or not at all; false after a message. */
bool report_write_json(const struct run *run, const char *path);
bool report_is_bad(enum outcome outcome);

#endif
