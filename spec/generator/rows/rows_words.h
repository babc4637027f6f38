/* Role: the words of the row language that are not names of the API: capabilities, steps, states. Callers: rows.c.
   Single thread. Errors give file and line of the word, and suggest the word that may have been meant. */
#ifndef SPEC_ROWS_WORDS_H
#define SPEC_ROWS_WORDS_H

#include "rows.h"

enum { MAX_NAMES = 32, NAME_BYTES = 32 };

/* The operations, systems and processes that one of a row's processes has named so far. Handles belong to one process,
   ids are known to both. */
struct row_names {
    char list[MAX_NAMES][NAME_BYTES];
    unsigned count;
    struct row_names *other; /* the names of the row's other process */
    struct row_names *ids;   /* the names that any of the two has ever used */
};

/* Reports an error at a node of the row, or at the fact that the row was made from. */
void words_error(const struct row *row, const cJSON *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a name that is not in a list: "unknown WHAT 'name'", with a suggestion. */
void words_unknown(const struct row *row, const cJSON *node, const char *what, const char *name,
    const char *(*next)(const void *names, unsigned i), const void *names);

/* Reports an error at the node unless is is true; kind: what it must be. */
void words_check_kind(const struct row *row, const cJSON *node, bool is, const char *kind);

void words_check_needs(const struct row *row);
/* Checks that a row needs virtual-machine if and only if it starts one: every host can create one, but only some can
   start it. */
void words_check_machine(const struct row *row);
/* Checks that a row needs shared-host if and only if it has steps of a second process. */
void words_check_other(const struct row *row);
/* Returns the names of the process that makes the call, which is the second one if the call says so. */
struct row_names *words_names_of(const cJSON *call, struct row_names *names);
/* Checks a step that is text, such as "system:container/running". */
void words_check_step(const struct facts *facts, const struct row *row, const cJSON *step, struct row_names *names);
/* Checks the arguments of a call: variables, and the members that begin with _. */
void words_check_arguments(const struct row *row, const cJSON *call, struct row_names *names);
/* Adds the name of the handle that a call returns. */
void words_take_out(const cJSON *function, const cJSON *call, struct row_names *names);
void words_check_expect(const struct facts *facts, const struct row *row, const cJSON *expect, struct row_names *names);
/* rows_expect.c: false after an error: a member of the expectation is of another kind, and would not be compared.
   function: of the call; NULL: there is no such function. expect: NULL: nothing is expected. */
bool expect_check(const struct row *row, const cJSON *function, const cJSON *expect);
void words_check_source(const struct facts *facts, const struct row *row);

#endif
