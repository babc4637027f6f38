/* Role: what the suite knows without running: rows, coverage of the reference and of the matrices, what can't be
   tested. */
#ifndef CONFORMANCE_LIST_H
#define CONFORMANCE_LIST_H

#include "options.h"

int list_main(const struct options *options);

#endif
