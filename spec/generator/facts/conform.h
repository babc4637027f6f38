/* Role: checks a document that facts contain against its type in spec/schema/, before tables are generated from it.
   Callers: rows. Single thread. */
#ifndef SPEC_CONFORM_H
#define SPEC_CONFORM_H

#include "facts.h"

/* Returns whether the text is a document of that type: strict JSON, members that the type has, once each, values of
   their types, what must hold between them. If not, the first mistake and its place are written to mistake. What the
   library's own check refuses is refused, as spec/tests/test_scenario.c shows. */
bool conform_check(const struct facts *facts, const char *type, const char *text, char *mistake, size_t size);

#endif
