/* Role: a result file: the results of one run of the suite, as JSON of conformance/result.schema.json. Written whole or
   not at all; the checksum at its end (checksum.h) shows whether it was changed since. Single thread. */
#ifndef CONFORMANCE_RESULT_H
#define CONFORMANCE_RESULT_H

#include "outcome.h"
#include <cjson/cJSON.h>
#include <stddef.h>

/* RESULT_VERSION_DIGEST is the oldest version that can be read; it has a digest instead of a checksum. */
enum { RESULT_VERSION_DIGEST = 2, RESULT_VERSION = 3, RESULT_FILE_BYTES = 512 << 20 };

/* A row of a result. The tree owns the texts; NULL: the member is missing. */
struct result_row {
    const cJSON *json;
    const char *id, *function, *strength, *message, *returned, *result, *document, *rule, *digest;
    enum outcome outcome;
    double milliseconds;
    bool expected; /* the outcome is one that the expectations name */
};

struct result {
    const char *path; /* as the caller gave it */
    cJSON *root;
    struct result_row *rows; /* by id */
    unsigned count;
    const char *target, *spec, *started; /* "" if missing */
    unsigned build, revision;            /* of Windows; 0: not known */
    bool interrupted;
};

/* Reads a whole file of at most RESULT_FILE_BYTES; a name that ends with .part is the journal of an unfinished run
   (journal.h). Returns false after one line on standard error: the file can't be read, is no result, is of a newer
   version, is cut off, was changed by hand, or has a member that violates result.schema.json (shape.h). */
bool result_read(const char *path, struct result *result);
/* The same for a text that was read from path and ends with a zero; it may be changed. */
bool result_parse(char *text, size_t length, const char *path, struct result *result);
/* The same for a tree, which it takes over. */
bool result_take(cJSON *root, const char *path, struct result *result);
void result_free(struct result *result);
/* Returns the row with this id, or NULL. */
const struct result_row *result_find(const struct result *result, const char *id);
/* Is the row bad, given its outcome and its expectation? */
bool result_row_is_bad(const struct result_row *row);
/* The name of a target without its folder. */
const char *result_target_name(const struct result *result);
/* "computecore.dll, Windows 20348.2227": the target of a run, in readable form. */
void result_describe(const struct result *result, char *text, size_t size);

/* Writes a finished text to a file, whole or not at all, and frees it. Returns false after a message. */
bool text_write(const char *path, char *text);
/* Writes a tree that already has its checksum. Returns false after a message. */
bool result_write(const cJSON *root, const char *path);
/* Counts the rows of each outcome, in the form of the member "counts". */
cJSON *result_counts(const cJSON *rows);

#endif
