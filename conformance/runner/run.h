/* Role: runs the chosen rows in worker processes and keeps the result of each. */
#ifndef CONFORMANCE_RUN_H
#define CONFORMANCE_RUN_H

#include "compare/expectations.h"
#include "row/row.h"
#include "options.h"

struct row_report {
    const struct spec_row *row;
    bool done, bad;       /* bad: judged by its outcome and the expectations */
    enum outcome outcome; /* of all its runs together */
    unsigned runs, tally[OUTCOMES], retries;
    double *samples; /* milliseconds of each run */
    char *message;   /* of the run that counts: the last bad one, or the last */
    char *output;    /* what the target printed in it; NULL: nothing */
    cJSON *answer;   /* the worker's message about that run; NULL: none */
    cJSON *json;     /* the row of the result, once it is done */
};

struct journal;
struct redaction;

struct run {
    const struct options *options;
    char target[4096];
    struct row_report *rows;
    unsigned count, finished;
    double seconds;
    bool interrupted;
    cJSON *head; /* the members of the result before its rows */
    struct expectations expectations;
    struct journal *journal;     /* NULL: no file is written */
    struct redaction *redaction; /* NULL: nothing is left out of the result */
    unsigned build, revision;
};

/* The command run. Returns the exit code. */
int run_main(const struct options *options);

/* run_result.c: the files that a run writes. */
/* The head of the result; false after a message: an expectations file can't be read. */
bool run_begin_result(struct run *run);
/* Completes the report of a row that has run: its JSON, and whether it is bad. */
void run_finish_row(const struct run *run, struct row_report *report);
/* Writes the files that the options ask for; false after a message. */
bool run_write_result(struct run *run);
void run_free_result(struct run *run);

/* run_show.c: what a run prints. */
void run_show_row(const struct run *run, const struct row_report *row);
void run_show_summary(const struct run *run);

/* run_slow.c: real time that rows took. */
enum { SLOW_MS = 1000 };
/* How long the rows of the run waited by design, in milliseconds. */
double run_waited(const struct run *run);
/* The rows that took over a second, the longest first; the caller frees the list, which may be empty. */
const struct row_report **run_slow_rows(const struct run *run, unsigned *count);

#endif
