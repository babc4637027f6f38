/* Role: what a client and a library with few functions tell each other by the errors of the thread: errno, and on
   Windows also GetLastError(). Callers: few_client.c, few_functions.c. */
#ifndef TESTS_FEW_H
#define TESTS_FEW_H

#include <windows.h>
#include <errno.h>

static inline void error_set(int number)
{
#ifdef _WIN32
    SetLastError((DWORD)number);
#endif
    errno = number;
}

/* -1: the two are unlike. */
static inline int error_get(void)
{
    int number = errno;
#ifdef _WIN32
    if (GetLastError() != (DWORD)number)
        return -1;
#endif
    return number;
}

#endif
