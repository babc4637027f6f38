/* Role: are the members of a result what conformance/result.schema.json says? Whoever reads a result relies on it: the
   formats, the comparison, the page. Callers: result.c. Single thread. */
#ifndef CONFORMANCE_SHAPE_H
#define CONFORMANCE_SHAPE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Holds each member that is there against the type, the enumeration and the minimum of the schema, which is part of the
   tool. Whether members are missing it does not ask: what a run left has not all of them. false: wrong takes the path
   of the first that does not fit, and what is wrong with it. */
bool shape_fits(const cJSON *root, char *wrong, size_t size);

#endif
