/* Role: a source file in which each site asks at run time whether it is the chosen mutant (mutant.h).
   Callers: the tool, tests. Single thread. */
#ifndef MUTATE_WRAP_H
#define MUTATE_WRAP_H

#include "sites.h"

/* The source with its sites wrapped; they have the numbers from `first` on. Lines keep their numbers. The caller frees.
 */
char *wrap_source(const char *source, const struct sites *sites, unsigned first);

#endif
