/* Role: which differences between two results make a comparison fail: the gate of a CI job. */
#ifndef CONFORMANCE_POLICY_H
#define CONFORMANCE_POLICY_H

#include "compare.h"

struct policy {
    unsigned changes;        /* bits by enum change */
    unsigned limit[CHANGES]; /* this many are tolerated */
    cJSON *root;             /* of a file; NULL: none */
    const cJSON *ignore;     /* patterns of rows; NULL: none */
    const cJSON *expected;   /* which differences are expected, and why; NULL: none */
};

/* The names that say what fails: those of the changes, "worse", "any", "nothing". NULL behind the last; "": no name. */
const char *policy_name(unsigned i);
/* names: bits by policy_name(), 0 for all that is worse; path: a file instead, or NULL. false after one line on
   standard error. */
bool policy_read(unsigned names, const char *path, struct policy *policy);
/* Makes the differences for which the policy has a reason expected ones. The reasons are the policy's. */
void policy_explain(const struct policy *policy, struct comparison *comparison);
bool policy_fails(const struct policy *policy, const struct comparison *comparison);
void policy_free(struct policy *policy);

#endif
