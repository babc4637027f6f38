/* Role: checks a document that facts contain against its type in spec/schema/, before tables are generated from it.
   Callers: rows. Single thread. */
#ifndef SPEC_CONFORM_H
#define SPEC_CONFORM_H

#include "facts.h"

/* Returns whether the value is one of that type: members, values of enumerations, numbers and their ranges, members
   that are required or exclude each other. If not, the first mistake and its place are written to mistake. */
bool conform_check(const struct facts *facts, const char *type, const cJSON *value, char *mistake, size_t size);

#endif
