/* Role: programs in which a system call or an allocation fails, the n-th of its kind, as failing_calls.c makes it.
   Callers: tests of computecored and of its clients. Single thread. */
#ifndef TESTS_FAILURES_H
#define TESTS_FAILURES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FAILURES_CODE_SIGNAL = -1, FAILURES_CODE_HANGS = -2 };

/* A kind of call, and the errors that it fails with; the rest of them are 0. */
struct failing_kind {
    const char *name;
    int errors[4];
};

/* Starts a program that ends with this one; arguments[0] is its path. call: "NAME N ERRNO", or NULL: none fails.
   program: the name of the one in which it fails, of those that it starts; NULL: it itself and all. output: the file
   that takes what it writes. */
pid_t failures_start(char *const arguments[], const char *call, const char *program, const char *output);
bool failures_has_ended(pid_t process);
/* Waits for the end. Returns the exit code; or that a signal ended it, or that it hangs, and was killed after 20 s. */
int failures_end_of(pid_t process);
/* Whether the call has failed since the last failures_start() with one. */
bool failures_reached(void);

/* Runs a trial for the n-th call of each kind and each of its errors, until it returns false: there is no such call.
   With FAILURES_ALL in the environment it is all n; otherwise all up to `dense`, and ever fewer beyond. */
void failures_each(const struct failing_kind *kinds, size_t count, unsigned dense, bool (*trial)(const char *call));

/* --- by call site --- */

/* In programs that are started from now on, and whose names the pattern has, calls of these kinds, too, fail when
   failures_arm() asks for it. */
void failures_share(const struct failing_kind *kinds, size_t count, const char *pattern);
/* The next call fails that is made where none of its kind has failed with that error yet. */
void failures_arm(void);
/* From now on none fails. Returns the one that has failed since, in words; NULL: there was none. */
const char *failures_disarm(void);

#endif
