/* Role: checks the members of a result against conformance/result.schema.json. The formats, the comparison and the page
   rely on it. Callers: result.c. Single thread. */
#ifndef CONFORMANCE_SHAPE_H
#define CONFORMANCE_SHAPE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The text of result.schema.json. The build generates its definition. */
extern const char result_schema[];

/* Checks each present member against the type, enumeration, minimum and maximum in the schema, which is built into the
   tool. Missing members are allowed, because the journal of an unfinished run lacks some. On false, wrong receives the
   path of the first member that does not fit, and the reason. */
bool shape_fits(const cJSON *root, char *wrong, size_t size);

#endif
