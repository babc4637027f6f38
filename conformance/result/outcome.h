/* Role: the outcomes of rows. Callers: what runs rows, what reads results. No state. */
#ifndef CONFORMANCE_OUTCOME_H
#define CONFORMANCE_OUTCOME_H

#include <stdbool.h>

enum outcome {
    OUTCOME_PASS,
    OUTCOME_FAIL,
    OUTCOME_DRIFT,    /* an observed row that differs */
    OUTCOME_RECORDED, /* an unspecified row: its result is recorded */
    OUTCOME_SKIP,
    OUTCOME_NOT_IMPLEMENTED,
    OUTCOME_CRASH,
    OUTCOME_TIMEOUT,
    OUTCOME_FLAKY,   /* of several runs of the row, some differ */
    OUTCOME_NOT_RUN, /* in results: the run ended before it */
    OUTCOMES
};
extern const char *const outcome_names[OUTCOMES];

/* Is an outcome bad in itself? */
bool outcome_is_bad(enum outcome outcome);
/* Returns the outcome with this name, or OUTCOMES if there is none; NULL as name: none. */
enum outcome outcome_named(const char *name);

#endif
