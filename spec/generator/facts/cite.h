/* Role: checks the citations between facts, code and tests. Callers: main(). */
#ifndef SPEC_CITE_H
#define SPEC_CITE_H

#include "facts.h"

/* Checks that every rule that code or tests cite exists; that every rule is cited by code, a test or a row unless it
   says why it is untested; and that every lifetime law of impl/README.md is cited by code or a test. Mistakes are
   reported by facts_error(). */
void cite_check(struct facts *facts);

#endif
