/* Role: runtime assertions. The CMake option HCS_CHECKS turns the checks on: in the builds that tests run. In installed
   and benchmarked builds they cost nothing, and their expressions are compiled but never evaluated: an expression must
   have no side effects. For bugs of this project only: errors of a client, a document, a scenario or the system are
   reported as errors.
   Threads: any. */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#ifdef HCS_CHECKS
/* Ends the program with "file:line: check failed: expression" unless it holds. */
#define CHECK(expression) ((expression) ? (void)0 : check_failed(__FILE__, __LINE__, #expression))
#else
#define CHECK(expression) ((void)sizeof((expression) ? 1 : 0))
#endif

/* One line on standard error, then abort(). */
_Noreturn void check_failed(const char *file, int line, const char *expression);

#endif
