/* Role: questions about the outcomes of rows over time, such as

     seq(pass fail)                          it passed, and failed in the next run
     seq(pass bad) and last(pass) and not row(schedule.*)

   seq(A B …) in runs that follow each other, any(A B …), all(A B …), first(A …), last(A …), row(PATTERN),
   function(NAME); and, or, not, parentheses. A, B: an outcome, bad, good, or * for any. Runs in which a row was not run
   do not count. */
#ifndef CONFORMANCE_HISTORY_QUERY_H
#define CONFORMANCE_HISTORY_QUERY_H

#include <stdbool.h>

struct query;

/* NULL after one line on standard error that names the place. */
struct query *query_parse(const char *text);
void query_free(struct query *query);
/* Sets the rows to evaluate, by number; NULL: none has that number. false: out of memory. */
bool query_begin(struct query *query, char *const *ids, unsigned count);
/* The outcomes of the next run, as history_store.h has them. */
void query_take(struct query *query, const unsigned char *outcomes, unsigned length);
/* After all runs: true if a row matches the query. */
bool query_fits(const struct query *query, unsigned row);

#endif
