/* Role: a result file: what one run of the suite brought, as JSON of conformance/result.schema.json. Written whole or
   not at all; the checksum that it ends with (checksum.h) says whether it was changed since. Single thread. */
#ifndef CONFORMANCE_RESULT_H
#define CONFORMANCE_RESULT_H

#include "row/row.h"
#include <cjson/cJSON.h>

/* RESULT_VERSION_DIGEST, the oldest that is read, has a digest for its checksum. */
enum { RESULT_VERSION_DIGEST = 2, RESULT_VERSION = 3 };

/* A row of a result. Texts lie in the tree; NULL: not there. */
struct result_row {
    const cJSON *json;
    const char *id, *function, *strength, *message, *returned, *result, *document, *rule, *digest;
    enum outcome outcome;
    double milliseconds;
    bool expected; /* the outcome is one that the expectations name */
};

struct result {
    const char *path; /* as it was named */
    cJSON *root;
    struct result_row *rows; /* by id */
    unsigned count;
    const char *target, *spec, *started; /* "" where it does not say */
    unsigned build, revision;            /* of Windows; 0: not known */
    bool interrupted;
};

/* Reads a file whole; one whose name ends with .part is what a run left (journal.h). false after one line on standard
   error: it can't be read, is no result, is of a newer version, is cut off, was changed by hand, or has a member that
   is not what result.schema.json says (shape.h). */
bool result_read(const char *path, struct result *result);
/* The same of a text, with the name that messages give it. */
bool result_parse(const char *text, size_t length, const char *path, struct result *result);
void result_free(struct result *result);
/* NULL: there is none. */
const struct result_row *result_find(const struct result *result, const char *id);
/* Is an outcome bad in itself? */
bool outcome_is_bad(enum outcome outcome);
/* Was the row bad, by its outcome and what was expected of it? */
bool result_row_is_bad(const struct result_row *row);
/* The outcome of a name; OUTCOMES: none has it. */
enum outcome outcome_named(const char *name);
/* The name of a target without its folder. */
const char *result_target_name(const struct result *result);
/* "computecore.dll, Windows 20348.2227": what a run was against, for people. */
void result_describe(const struct result *result, char *text, size_t size);

/* Writes a tree that has its checksum. false after a message. */
bool result_write(const cJSON *root, const char *path);
/* How often each outcome is among the rows, as the member "counts" has it. */
cJSON *result_counts(const cJSON *rows);

#endif
