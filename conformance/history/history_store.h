/* Role: the database of results: SQLite, one file. A run is one transaction: it is stored completely or not at all,
   even if the program is killed; several programs may add at a time. An outcome is one byte, and all outcomes of a run
   are stored together, so that queries over thousands of runs read little; the other content of a row is stored once
   for all runs that share it. Every function that fails has written one line on standard error. */
#ifndef CONFORMANCE_HISTORY_STORE_H
#define CONFORMANCE_HISTORY_STORE_H

#include "result/result.h"

struct store;

/* create: create a missing file. NULL after a message: missing, not a database of results, of a newer version, damaged
   or locked. */
struct store *store_open(const char *path, bool create);
void store_close(struct store *store);

/* Adds a result. *number receives the run's number; *known: it was there already, and nothing was added. */
bool store_add(struct store *store, const struct result *result, long long *number, bool *known);

struct store_run {
    long long number;
    char *started, *target, *spec; /* owned */
    unsigned build, revision;
    unsigned counts[OUTCOMES];
    double seconds;
};

/* Which runs to select; zeros: all. */
struct store_filter {
    const char *target; /* a pattern, of the name without folder; NULL: any */
    unsigned builds[2]; /* first and last; 0: any */
    unsigned last;      /* only this many of the newest; 0: all */
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
/* The content of a row in a run, as in the result; owned by the caller; NULL: not there. false after a message. */
bool store_content(struct store *store, long long run, long row, cJSON **json);
/* The result of a run again, with its checksum; *root stays NULL if there is none of that number. false after a
   message. */
bool store_export(struct store *store, long long run, cJSON **root);

#endif
