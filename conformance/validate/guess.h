/* Role: guesses the type of a document that the command line does not name. Callers: validate.c. Single thread. */
#ifndef CONFORMANCE_VALIDATE_GUESS_H
#define CONFORMANCE_VALIDATE_GUESS_H

#include "document/document.h"

struct guess {
    enum spec_type type, runner_up; /* TYPE_COUNT: none */
};

/* Of the types of documents that calls and events carry, the one with the fewest members unknown to it, and of equal
   ones the one with the fewest errors, then the fewest mistakes; text is JSON. */
struct guess guess_type(const char *text, size_t length, const struct document_options *options);

/* Is it a document of schema 1, from before SchemaVersion? */
bool guess_is_schema_1(const char *text);

#endif
