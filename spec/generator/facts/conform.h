/* Role: checks documents in the facts against their types in spec/schema/, before tables are generated from them.
   Callers: rows. Single thread. */
#ifndef SPEC_CONFORM_H
#define SPEC_CONFORM_H

#include "facts.h"

/* Returns whether the text is a document of that type: strict JSON, members that the type has, once each, values of
   their types, and the constraints between them. If not, writes the first mistake and its place to mistake. Refuses
   what the library's own check refuses, as spec/tests/test_scenario.c shows. */
bool conform_check(const struct facts *facts, const char *type, const char *text, char *mistake, size_t size);

#endif
