/* Role: the mutants of a build, and which of them are known to survive. A mutant is known again by its key, "FILE
   FUNCTION: OPERATOR `TEXT`", with " (2)" and so on behind it where a function has the same text more than once; so
   that a list of survivors outlives changes elsewhere in the file. Callers: the tool. Single thread. Ownership: a table
   owns its texts; table_free() frees them. */
#ifndef MUTATE_TABLE_H
#define MUTATE_TABLE_H

#include "sites.h"
#include <stdbool.h>

enum mutant_verdict {
    MUTANT_NOT_RUN,
    MUTANT_SURVIVED,
    MUTANT_CAUGHT_BY_ROWS,
    MUTANT_CAUGHT_BY_EXPLORE /* but by no row */
};

struct mutant {
    unsigned number; /* from 1 on */
    char *file, *line, *key;
    const char *reason; /* why it is known to survive; NULL: it is not. Of the table of survivors */
    bool unreached;     /* by any check; then it has survived */
    bool listed;        /* the survivors of its file are all listed */
    enum mutant_verdict verdict;
};

/* A reason that holds for each survivor whose key fits a pattern, unless it has one of its own. */
struct kind {
    const char *pattern, *reason;
    bool used;
};

struct table {
    struct mutant *list;
    unsigned count;
    struct kind *kinds;
    unsigned kind_count;
    char *bytes, *survivors; /* the storage of the texts above */
};

/* The lines of the table for sites of a file; numbers from first on. The caller frees. */
char *table_lines(const char *path, const struct sites *sites, unsigned first);
/* Reads such lines. false, after a message: they can't be read. */
bool table_read(const char *path, struct table *table);
/* Reads the survivors: keys, each on a line of its own, and below one or more of them, indented, the reason why they
   survive, which begins with "equivalent:" or "not seen:" and may go on in further lines. A line "each: PATTERN" in the
   place of a key, with * and ?, gives the reason to each survivor that fits and has none of its own. A line "whole:
   FILE" says that all survivors of that file are listed. Lines that begin with # are comments. Returns the number of
   faults in it, each told: no reason, no mutant in the table that has the key or fits the pattern, a key for the second
   time, no such file. Negative: it can't be read. */
int table_read_survivors(const char *path, struct table *table);
/* The reason of a mutant that has survived, of its own or of its kind; NULL: none. */
const char *table_reason(struct table *table, const struct mutant *mutant);
void table_free(struct table *table);

#endif
