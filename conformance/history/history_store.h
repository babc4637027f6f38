/* Role: the database of results: SQLite, one file. A run is one transaction: it is there whole, or not at all, whatever
   ends the program; several programs may add at a time. An outcome is a byte, all of a run stand side by side, so that
   questions over thousands of runs read little; what else a row said is stored once, however many runs said it. Every
   function that fails has written one line on standard error. */
#ifndef CONFORMANCE_HISTORY_STORE_H
#define CONFORMANCE_HISTORY_STORE_H

#include "result/result.h"

struct store;

/* create: a file that is not there is made. NULL after a message: it is not there, no database of ours, of a newer
   version, damaged or locked. */
struct store *store_open(const char *path, bool create);
void store_close(struct store *store);

/* Adds a result. *number takes the run's; *known: it was there already, and nothing was added. */
bool store_add(struct store *store, const struct result *result, long long *number, bool *known);

struct store_run {
    long long number;
    char *started, *target, *spec; /* owned */
    unsigned build, revision;
    unsigned counts[OUTCOMES];
    double seconds;
};

/* Which runs are asked for; zeros: all. */
struct store_filter {
    const char *target; /* a pattern, of the name without folder; NULL: any */
    unsigned builds[2]; /* first and last; 0: any */
    unsigned last;      /* only so many of the newest; 0: all */
};

/* The runs, the oldest first. */
bool store_runs(struct store *store, const struct store_filter *filter, struct store_run **runs, unsigned *count);
void store_free_runs(struct store_run *runs, unsigned count);

/* All rows that any run has, by number: ids[number]; owned. */
bool store_rows(struct store *store, char ***ids, unsigned *count);
void store_free_rows(char **ids, unsigned count);
/* The number of a row; -1: no run has it, or the question failed. */
long store_row(struct store *store, const char *id);

/* Calls take with the outcomes of each run of the list, in its order: byte 0 not there, else 1 + an enum outcome. */
bool store_outcomes(struct store *store, const struct store_run *runs, unsigned count,
    void (*take)(void *context, unsigned index, const unsigned char *outcomes, unsigned length), void *context);
/* What a row said in a run, as in the result; the caller's. NULL: it is not there, or the question failed. */
cJSON *store_content(struct store *store, long long run, long row);
/* The result of a run again, with its checksum; NULL: there is none of that number, or the question failed. */
cJSON *store_export(struct store *store, long long run);

#endif
