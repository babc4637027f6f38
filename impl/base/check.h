/* Role: what must hold, checked where it must hold. The CMake option HCS_CHECKS turns the checks on: in the builds that
   tests run. In what is installed and measured they cost nothing, and their expressions are compiled but never
   evaluated: an expression has no effect but its value.
   For our own mistakes alone. What a client, a document, a scenario or the system may do wrong is answered.
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
