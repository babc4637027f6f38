/* Role: the name that may have been meant, for messages about a wrong one. No state; any thread. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

/* The name nearest to a wrong one, letters compared without case; NULL: none is near. next(names, i) gives name i of a
   list, NULL at its end; empty names are passed over. */
const char *suggest_name(const char *wrong, const char *(*next)(const void *names, unsigned i), const void *names);

#endif
