/* Role: the verdicts of a score, on disk as soon as they are known, so that an interrupted score can be continued; and
   the rows that caught a mutant lately, since those are the likeliest to catch its neighbours. Callers: score.c. Single
   thread. Ownership: the caller's struct; verdicts_close() frees what it holds. */
#ifndef MUTATE_VERDICTS_H
#define MUTATE_VERDICTS_H

#include "base/text/text.h"
#include "table.h"
#include <stdio.h>

enum { LATELY = 24, ROW_BYTES = 256 };

struct verdicts {
    FILE *file; /* NULL: nothing is kept */
    const char *path;
    char rows[LATELY][ROW_BYTES]; /* ids, the latest first */
    unsigned count;
};

/* Reads the verdicts of the file, if it exists, into the table, and appends to it. path NULL: nothing is stored.
   false after a message. The file must be of the same build: its name says which. */
bool verdicts_open(struct verdicts *verdicts, const char *path, struct table *table);
/* Notes the verdict of a mutant. row: the one that caught it; "": none did. false after a message. */
bool verdicts_add(struct verdicts *verdicts, const struct mutant *mutant, const char *row);
/* Adds the ids of the rows that caught a mutant lately, one a line. */
void verdicts_rows(const struct verdicts *verdicts, struct text *ids);
void verdicts_close(struct verdicts *verdicts);

#endif
