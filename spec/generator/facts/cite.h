/* Role: do facts, code and tests cite each other? Callers: main(). */
#ifndef SPEC_CITE_H
#define SPEC_CITE_H

#include "facts.h"

/* Checks that every rule cited in code or tests exists, that every rule without a reason for it is cited there or
   by a row, and that every lifetime law of impl/README.md stands in code or tests. Reports like facts_load(). */
void cite_check(struct facts *facts);

#endif
