/* Role: leaves the user, the host and the folders of a run out of its result, before the result has a checksum.
   Callers: the command run. Single thread. */
#ifndef CONFORMANCE_REDACT_H
#define CONFORMANCE_REDACT_H

#include <cjson/cJSON.h>

struct redaction;

/* What is left out: names and folders of this machine's user, as host_identify() tells them. The caller frees it. */
struct redaction *redaction_make(void);
/* The folder of a file that was named is left out, too. NULL and "" are allowed. */
void redaction_add_file(struct redaction *redaction, const char *path);
/* Puts <user>, <host> and <path> into all texts below the tree, but those that are facts of the specification. Of a
   path, what follows a folder that is left out goes too. Without a redaction (NULL) nothing changes. */
void redaction_apply(const struct redaction *redaction, cJSON *tree);
/* NULL is allowed. */
void redaction_free(struct redaction *redaction);

#endif
