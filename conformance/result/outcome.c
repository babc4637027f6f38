/* Outcomes of rows. Entry point: outcome_named(). */
#include "outcome.h"
#include <string.h>

const char *const outcome_names[OUTCOMES] = {
    "pass", "fail", "drift", "recorded", "skip", "not-implemented", "crash", "timeout", "flaky", "not-run"};

bool outcome_is_bad(enum outcome outcome)
{
    return outcome == OUTCOME_FAIL || outcome == OUTCOME_CRASH || outcome == OUTCOME_TIMEOUT ||
           outcome == OUTCOME_FLAKY;
}

enum outcome outcome_named(const char *name)
{
    int outcome = 0;
    while (outcome < OUTCOMES && (!name || strcmp(outcome_names[outcome], name) != 0))
        outcome++;
    return (enum outcome)outcome;
}
