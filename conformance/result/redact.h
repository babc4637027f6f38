/* Role: removes the names of the user, the host and the folders from a result before its checksum is computed.
   Callers: the command run. Single thread. */
#ifndef CONFORMANCE_REDACT_H
#define CONFORMANCE_REDACT_H

#include <cjson/cJSON.h>

struct redaction;

/* Collects what to redact: the names and folders that host_identify() reports. The caller frees it. */
struct redaction *redaction_make(void);
/* Redacts the path of this file, too: its folder, or all of a relative path. NULL and "" are allowed. */
void redaction_add_file(struct redaction *redaction, const char *path);
/* Replaces names and paths in all strings of the tree by <user>, <host> and <path>, except in members such as id and
   outcome. A path that begins with a redacted folder is replaced whole. With redaction NULL the tree stays as it is. */
void redaction_apply(const struct redaction *redaction, cJSON *tree);
/* NULL is allowed. */
void redaction_free(struct redaction *redaction);

#endif
