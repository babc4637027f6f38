/* Role: compares trees of documents. Callers: test_tree.c, fuzz_document.c. Threads: no state. */
#ifndef TESTS_TREES_H
#define TESTS_TREES_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The same values in the same order, numbers to the last bit. */
bool trees_are_equal(const cJSON *a, const cJSON *b);

#endif
