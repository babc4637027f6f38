/* Role: which differences between two results make a comparison fail: the gate of a CI job. */
#ifndef CONFORMANCE_POLICY_H
#define CONFORMANCE_POLICY_H

#include "compare.h"

struct policy {
    unsigned changes;       /* bits by enum change */
    unsigned most[CHANGES]; /* so many are tolerated */
    cJSON *root;            /* of a file; NULL: none */
    const cJSON *ignore;    /* patterns of rows; NULL: none */
};

/* list: names separated by commas, NULL for all that is worse; path: a file, or NULL. false after one line on standard
   error. */
bool policy_read(const char *list, const char *path, struct policy *policy);
bool policy_fails(const struct policy *policy, const struct comparison *comparison);
void policy_free(struct policy *policy);

#endif
