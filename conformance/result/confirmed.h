/* Role: which rows real hosts have confirmed, counted from the table that spec/hosts becomes. Callers: list --coverage,
   the page. Single thread. */
#ifndef CONFORMANCE_CONFIRMED_H
#define CONFORMANCE_CONFIRMED_H

#include "spec_confirmed.h"
#include "spec_rows.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

struct confirmed_count {
    unsigned rows;      /* of the suite */
    unsigned confirmed; /* those that a host confirmed */
    unsigned differing; /* those that a host answered, and none confirmed */
};

/* Counts the rows of a strength; STRENGTHS_ALL: of all. build: of that host alone; 0: of any. */
enum { STRENGTHS_ALL = -1 };
struct confirmed_count confirmed_count(int strength, unsigned build);
/* Writes which builds confirmed the row and which differ, such as "confirmed 20348, differs 17763"; "" for none. */
void confirmed_describe(const char *row, char *text, size_t size);
/* The counts as a table: head, then a line for each strength and one for all. */
cJSON *confirmed_table(void);

#endif
