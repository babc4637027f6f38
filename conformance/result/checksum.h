/* Role: the checksum of a result, by which a file that was changed by accident, or by hand and without further thought,
   is told from one that was not. It is no signature: whoever changes a file can give it the checksum that fits. Single
   thread. */
#ifndef CONFORMANCE_CHECKSUM_H
#define CONFORMANCE_CHECKSUM_H

#include "base/sha256.h"
#include <cjson/cJSON.h>
#include <stdbool.h>

/* Makes the tree of a result complete: version, counts, and the checksum as its last member. */
void checksum_add(cJSON *root);
/* Does the tree have the checksum that fits it? One of format 2 has a digest instead. */
bool checksum_fits(const cJSON *root);
/* The checksum, or the digest of format 2; NULL: there is none. It lies in the tree. */
const char *checksum_of(const cJSON *root);

#endif
