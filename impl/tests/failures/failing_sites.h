/* Role: what a test shares with the programs in which failing_calls.c makes calls fail by their site: each site of a
   program that makes one of these calls fails once with each of its errors, one whenever the test asks for it.
   Callers: failures.c and failing_calls.c. Threads and processes: all that have mapped it; `armed` says who writes. */
#ifndef TESTS_FAILING_SITES_H
#define TESTS_FAILING_SITES_H

#include <stdatomic.h>
#include <stdint.h>

enum { FAILING_SITES_LIMIT = 8192, FAILING_SITES_KINDS = 128, FAILING_SITES_ERRORS = 4 };

struct failing_sites {
    atomic_int armed;  /* 1: the next call whose site has not failed yet fails, and sets it to 0 */
    atomic_uint count; /* of the sites that have failed */
    char last[128];    /* the last of them, in words */
    struct {
        char name[24];    /* empty: no more */
        char program[24]; /* a pattern for the names of those in which it fails */
        int errors[FAILING_SITES_ERRORS];
    } kinds[FAILING_SITES_KINDS];
    struct {
        uint64_t site;
        int error;
    } tried[FAILING_SITES_LIMIT];
};

#endif
