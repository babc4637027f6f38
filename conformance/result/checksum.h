/* Role: the checksum of a result. It detects accidental changes and careless edits by hand. It is not a signature:
   anyone who edits a file can compute a matching checksum. Single thread. */
#ifndef CONFORMANCE_CHECKSUM_H
#define CONFORMANCE_CHECKSUM_H

#include "base/text/sha256.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

/* Completes the tree of a result: sets the version and the counts, and adds the checksum as the last member. */
void checksum_add(cJSON *root);
/* Returns whether the checksum in the tree matches its content. Format 2 has a digest instead. */
bool checksum_fits(const cJSON *root);
/* Returns the checksum, or the digest in format 2; NULL if there is none. The tree owns the text. */
const char *checksum_of(const cJSON *root);

#endif
