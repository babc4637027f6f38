/* Role: suggests a name ("did you mean") for messages about an unknown one. No state; any thread. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

/* The name nearest to a wrong one, letters compared without case; NULL: none is near. next(names, i) gives name i of a
   list, NULL at its end; empty names are skipped. */
const char *suggest_name(const char *wrong, const char *(*next)(const void *names, unsigned i), const void *names);

#endif
