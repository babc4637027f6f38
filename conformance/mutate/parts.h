/* Role: the rows of the suite in parts, with the sites that each part reaches, so that a mutant is run only with parts
   that reach it. Each part has processes of its own, so that what the library does once in a process counts for all.
   Callers: score.c. Single thread. Ownership: parts_free() frees what it holds. */
#ifndef MUTATE_PARTS_H
#define MUTATE_PARTS_H

#include "base/text/text.h"
#include <stdbool.h>

enum { PART_ROWS = 32 };

struct parts {
    struct part {
        char *ids;     /* of its rows, one a line */
        char *reached; /* by number: 1 or a blank; NULL: not known yet */
    } * list;
    unsigned count;
};

/* Takes the ids from what hcs-conformance run --dry-run prints. */
void parts_take(struct parts *parts, const char *printed);
/* Adds the ids of the parts that reach that mutant. false: none does. */
bool parts_choose(const struct parts *parts, unsigned number, struct text *ids);
void parts_free(struct parts *parts);

#endif
