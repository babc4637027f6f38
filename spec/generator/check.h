/* Role: the consistency checks between fact files. Each mistake is reported at its own line. */
#ifndef SPEC_CHECK_H
#define SPEC_CHECK_H

#include "facts.h"

void facts_check(const struct facts *facts);

#endif
