/* Role: checks the citations between facts, code and tests. Callers: main(). */
#ifndef SPEC_CITE_H
#define SPEC_CITE_H

#include "facts.h"

/* Checks that every rule cited in code or tests exists, that every rule is cited there or by a row unless it
   gives a reason why it is untested, and that every lifetime law of impl/README.md is cited in code or tests. Reports
   like facts_load(). */
void cite_check(struct facts *facts);

#endif
